// Mutex, spinlock and rw_semaphore. The runtime takes and releases them; a task that must wait is
// not ready. Who holds what is checked by engine/runtime/discipline.ts.

import { Access, Flag, type LockAction } from './access.ts';
import { Cell } from './cell.ts';
import type { Value } from './hash.ts';
import type { KernelObject } from './object.ts';
import { Trip } from './trip.ts';

function badUnlock(cell: Cell<number>, task: number): Trip {
  const holder = cell.stored === 0 ? 'nobody' : `holder code ${cell.stored}`;
  return new Trip(
    'bad-unlock',
    cell.object,
    `${cell.title} is released by task ${task}, held by ${holder}`,
  );
}

/** The cell of an exclusive lock: 0 when free, else the holder's task id plus one. */
class ExclusiveLock extends Cell<number> {
  readonly lock: Access;
  readonly unlock: Access;

  constructor(object: KernelObject, field: string, type: 'mutex' | 'spinlock') {
    super(object, field, 0);
    this.renamed = (owner, r) => (owner === 0 ? 0 : r.task((owner as number) - 1) + 1);
    const flags = Flag.mutates | (type === 'mutex' ? Flag.sleeps : 0);
    const action = (a: LockAction['action']): LockAction => ({ type, action: a, shared: false });
    this.lock = new Access(
      this,
      type === 'mutex' ? 'mutex_lock' : 'spin_lock',
      flags,
      { ready: (owner) => owner === 0, apply: (_, task) => task + 1 },
      action('acquire'),
    );
    this.unlock = new Access(
      this,
      type === 'mutex' ? 'mutex_unlock' : 'spin_unlock',
      Flag.mutates,
      {
        apply: (owner, task) => {
          if (owner !== task + 1) throw badUnlock(this, task);
          return 0;
        },
      },
      action('release'),
    );
  }
}

export class Mutex extends ExclusiveLock {
  constructor(object: KernelObject, field: string) {
    super(object, field, 'mutex');
  }
}

export class Spinlock extends ExclusiveLock {
  constructor(object: KernelObject, field: string) {
    super(object, field, 'spinlock');
  }
}

/**
 * rw_semaphore: -(task + 1) while written, else the bit set of the tasks that read (at most 30).
 */
export class RwSem extends Cell<number> {
  readonly downRead: Access;
  readonly upRead: Access;
  readonly downWrite: Access;
  readonly upWrite: Access;

  constructor(object: KernelObject, field: string) {
    super(object, field, 0);
    this.renamed = (value, r) => {
      const v = value as number;
      return v < 0 ? -(r.task(-v - 1) + 1) : r.bits(v);
    };
    const num = (f: (v: number, t: number) => number) => (v: Value, t: number) => f(v as number, t);
    const lock = (action: LockAction['action'], shared: boolean): LockAction => ({
      type: 'rwsem',
      action,
      shared,
    });
    this.downRead = new Access(
      this,
      'down_read',
      Flag.mutates | Flag.sleeps,
      {
        ready: (v) => (v as number) >= 0,
        apply: num((v, t) => v | (1 << t)),
        commutes: 'readers',
      },
      lock('acquire', true),
    );
    this.upRead = new Access(
      this,
      'up_read',
      Flag.mutates,
      {
        apply: num((v, t) => {
          if (v < 0 || (v & (1 << t)) === 0) throw badUnlock(this, t);
          return v & ~(1 << t);
        }),
        commutes: 'readers',
      },
      lock('release', true),
    );
    this.downWrite = new Access(
      this,
      'down_write',
      Flag.mutates | Flag.sleeps,
      { ready: (v) => v === 0, apply: num((_, t) => -(t + 1)) },
      lock('acquire', false),
    );
    this.upWrite = new Access(
      this,
      'up_write',
      Flag.mutates,
      {
        apply: num((v, t) => {
          if (v !== -(t + 1)) throw badUnlock(this, t);
          return 0;
        }),
      },
      lock('release', false),
    );
  }
}
