// Read-copy-update: read-side sections and callbacks that run after a grace period. One cell holds
// the set of readers and the queue of callbacks; a daemon task runs a callback once every reader that
// was inside when it was queued has left. Sections do not nest.

import { Access, Flag, type Steps } from './access.ts';
import { type Birth, KernelObject } from './object.ts';
import type { Cell } from './cell.ts';
import { fold, type Hashed, mix, type Value } from './hash.ts';
import type { Renamable, Renaming } from './renaming.ts';
import { bugOn } from './trip.ts';

/** An object whose end waits for a grace period. */
export interface RcuObject extends KernelObject {
  /** The callback of call_rcu: runs in the daemon task. */
  reclaim(): Steps;
}

class RcuState implements Hashed, Renamable {
  readonly hash: number;
  readonly hash2: number;
  readonly readers: number;
  readonly object: RcuObject | null;
  /** Readers whose end the front callback still waits for. */
  readonly waitsFor: number;
  readonly rest: readonly RcuObject[];

  constructor(
    readers: number,
    object: RcuObject | null,
    waitsFor: number,
    rest: readonly RcuObject[],
  ) {
    this.readers = readers;
    this.object = object;
    this.waitsFor = waitsFor;
    this.rest = rest;
    const objects = object === null ? rest : [object, ...rest];
    this.hash = objects.reduce((h, o) => fold(h, o.hash), fold(readers, waitsFor));
    this.hash2 = objects.reduce((h, o) => mix(h, o.hash2), mix(waitsFor, readers));
  }

  renamed(r: Renaming): Hashed {
    const { object, rest } = this;
    const [readers, waitsFor] = [r.bits(this.readers), r.bits(this.waitsFor)];
    const hashes = (object === null ? rest : [object, ...rest]).map((o) => r.hashOf(o));
    return {
      hash: hashes.reduce((h, [hash]) => fold(h, hash), fold(readers, waitsFor)),
      hash2: hashes.reduce((h, [, hash2]) => mix(h, hash2), mix(waitsFor, readers)),
    };
  }
}

export class Rcu extends KernelObject {
  readonly state: Cell<RcuState>;
  readonly readLock: Access;
  readonly readUnlock: Access;
  /** Waits for the front callback's grace period and answers its object. */
  private readonly dequeue: Access;
  private readonly states = new Map<string, RcuState>();
  private readonly calls = new Map<RcuObject, Access>();

  constructor(birth: Birth) {
    super(birth);
    this.state = this.cell('state', this.intern(0, null, 0, []));
    this.state.renamed = (state, r) => (state as RcuState).renamed(r);
    const of = (v: Value): RcuState => v as RcuState;
    const section = (action: 'acquire' | 'release') =>
      ({ type: 'rcu', action, shared: true }) as const;
    this.readLock = new Access(
      this.state,
      'rcu_read_lock',
      Flag.mutates,
      { apply: (v, t) => this.enter(of(v), 1 << t), commutes: 'readers' },
      section('acquire'),
    );
    this.readUnlock = new Access(
      this.state,
      'rcu_read_unlock',
      Flag.mutates,
      { apply: (v, t) => this.leave(of(v), 1 << t), commutes: 'readers' },
      section('release'),
    );
    this.dequeue = new Access(this.state, 'grace_period', Flag.mutates, {
      ready: (v) => of(v).object !== null && of(v).waitsFor === 0,
      outcome: (v) => of(v).object,
      apply: (v) => this.pop(of(v)),
      sleeping: (v) => of(v).object === null,
    });
  }

  get kind(): string {
    return 'rcu';
  }

  /** No callback waits. */
  get idle(): boolean {
    return this.state.stored.object === null;
  }

  /** call_rcu: `object.reclaim` runs after a grace period. */
  call(object: RcuObject): Access {
    let access = this.calls.get(object);
    if (access === undefined) {
      access = new Access(this.state, `call_rcu(${object.kind})`, Flag.mutates, {
        apply: (v) => this.push(v as RcuState, object),
        wakes: true,
      });
      this.calls.set(object, access);
    }
    return access;
  }

  /** The one operation of the daemon task, run again and again. */
  *daemon(): Steps<{ ret: number }> {
    yield this.dequeue;
    const object = this.state.outcome as RcuObject;
    yield* object.reclaim();
    return { ret: 0 };
  }

  private intern(
    readers: number,
    object: RcuObject | null,
    waitsFor: number,
    rest: readonly RcuObject[],
  ) {
    const key = `${readers}/${waitsFor}/${object?.name ?? ''}/${rest.map((o) => o.name).join('/')}`;
    let state = this.states.get(key);
    if (state === undefined)
      this.states.set(key, (state = new RcuState(readers, object, waitsFor, rest)));
    return state;
  }

  private enter(s: RcuState, bit: number): RcuState {
    bugOn((s.readers & bit) !== 0, 'nested rcu_read_lock is not modelled');
    return this.intern(s.readers | bit, s.object, s.waitsFor, s.rest);
  }

  private leave(s: RcuState, bit: number): RcuState {
    return this.intern(s.readers & ~bit, s.object, s.waitsFor & ~bit, s.rest);
  }

  private push(s: RcuState, object: RcuObject): RcuState {
    if (s.object === null) return this.intern(s.readers, object, s.readers, []);
    return this.intern(s.readers, s.object, s.waitsFor, [...s.rest, object]);
  }

  // The next callback starts to wait when it gets to the front: later than it must, never earlier.
  private pop(s: RcuState): RcuState {
    const [next = null, ...rest] = s.rest;
    return this.intern(s.readers, next, next === null ? 0 : s.readers, rest);
  }
}
