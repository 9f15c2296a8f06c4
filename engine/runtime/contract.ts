// Scopes that must not overlap in time: what ASSERT_EXCLUSIVE_ACCESS_SCOPED() is to KCSAN. Where an
// interface leaves serialising to its callers, its functions say by a scope what they are doing, and a
// scope that conflicts with one already open is a broken contract.

import { hex } from '../hex.ts';
import { Access, type Effect, Flag } from './access.ts';
import { Cell } from './cell.ts';
import { type Hashed, hashString, hashString2 } from './hash.ts';
import type { KernelObject } from './object.ts';
import { Trip } from './trip.ts';

/** One thing being done to a range of addresses; the range includes its end. */
export interface Scope {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

interface Open extends Scope {
  readonly task: number;
}

/** The scopes that are open, as one value. */
class Scopes implements Hashed {
  /** Printed in traces. */
  readonly name: string;
  readonly hash: number;
  readonly hash2: number;
  readonly open: readonly Open[];

  constructor(key: string, open: readonly Open[]) {
    this.name = key === '' ? 'nobody' : key;
    this.hash = hashString(key);
    this.hash2 = hashString2(key);
    this.open = open;
  }
}

const known = new Map<string, Scopes>();

function scopes(open: readonly Open[]): Scopes {
  const texts = open.map(
    ({ kind, start, end, task }) => `task ${task}: ${kind} ${hex(start)}-${hex(end)}`,
  );
  const key = texts.sort().join(', ');
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = new Scopes(key, open)));
  return value;
}

const none = scopes([]);

/** Whose duty it was to keep the scopes apart. */
export type Blame = 'caller' | 'engine';

export class Contract extends Cell<Scopes> {
  private readonly conflicts: (a: string, b: string) => boolean;
  private readonly blame: Blame;
  private readonly callerFrees: boolean;
  private readonly known = new Map<string, Access>();

  /**
   * `conflicts`: whether two kinds must not happen at once on overlapping ranges; symmetric.
   * `callerFrees`: who is to keep things apart also frees the object, and must not come afterwards.
   */
  constructor(
    object: KernelObject,
    blame: Blame,
    conflicts: (a: string, b: string) => boolean,
    callerFrees = false,
    field = 'contract',
  ) {
    super(object, field, none);
    this.renamed = (value, r) => {
      const { open } = value as Scopes;
      return scopes(open.map((s) => ({ ...s, task: r.task(s.task) })));
    };
    this.blame = blame;
    this.conflicts = conflicts;
    this.callerFrees = callerFrees;
  }

  /** Opens a scope; conflicting with an open one of another task is a violation. */
  enter(kind: string, start: number, end: number): Access {
    const freed = this.callerFrees ? { freed: () => this.broken(kind, 'free') } : {};
    return this.intern(`begin ${kind}`, start, end, {
      ...freed,
      apply: (value, task) => {
        const { open } = value as Scopes;
        for (const other of open) {
          if (other.task === task || other.start > end || start > other.end) continue;
          if (this.conflicts(kind, other.kind)) throw this.broken(kind, other.kind);
        }
        return scopes([...open, { kind, start, end, task }]);
      },
    });
  }

  /** Closes the task's scope of this kind and range. */
  leave(kind: string, start: number, end: number): Access {
    return this.intern(`end ${kind}`, start, end, {
      apply: (value, task) => {
        const { open } = value as Scopes;
        const at = open.findIndex(
          (s) => s.task === task && s.kind === kind && s.start === start && s.end === end,
        );
        return scopes(open.toSpliced(at, 1));
      },
    });
  }

  private broken(kind: string, other: string): Trip {
    const key = [kind, other].sort().join(' || ');
    const sanitizer = this.blame === 'caller' ? 'broken-contract' : 'unserialised';
    const message = `${kind} and ${other} of the same range at the same time on ${this.object.title}`;
    return new Trip(sanitizer, this.object, message, key);
  }

  private intern(verb: string, start: number, end: number, effect: Effect): Access {
    const key = `${verb} ${start} ${end}`;
    let access = this.known.get(key);
    if (access === undefined)
      this.known.set(key, (access = new Access(this, verb, Flag.mutates, effect)));
    return access;
  }
}
