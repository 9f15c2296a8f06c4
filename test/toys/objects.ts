// The kernel objects that toy programs play with.

import {
  Access,
  Atomic,
  type Birth,
  type Cell,
  Contract,
  Flag,
  type Hashed,
  KernelObject,
  Mutex,
  Refcount,
  RwSem,
  Spinlock,
  type Steps,
} from '../../engine/runtime/index.ts';

/** An allocated node with one field. */
export class Item extends KernelObject implements Hashed {
  readonly field: Cell<number>;

  constructor(birth: Birth) {
    super(birth);
    this.field = this.cell('field', 0);
  }

  get kind(): string {
    return 'item';
  }

  /** Toys are few and anonymous: their names say who made them. */
  override get title(): string {
    return this.name;
  }

  /** The callback of call_rcu. */
  *reclaim(): Steps {
    yield this.free;
  }
}

/** A table with one of everything. */
export class Table extends KernelObject {
  readonly mutex = new Mutex(this, 'mutex');
  readonly inner = new Mutex(this, 'inner');
  readonly spin = new Spinlock(this, 'spin');
  readonly sem = new RwSem(this, 'sem');
  readonly refs = new Refcount(this, 'refs', 1);
  readonly users = new Atomic(this, 'users', 0);
  readonly head: Cell<Item | null> = this.cell<Item | null>('head', null);
  /** A second pointer to the item, which nobody clears. */
  readonly spare: Cell<Item | null> = this.cell<Item | null>('spare', null);
  readonly count: Cell<number> = this.cell('count', 0);
  /** Scopes that callers, or the engine, must keep apart. */
  readonly callers = new Contract(this, 'caller', () => true, false, 'callers');
  readonly engines = new Contract(this, 'engine', () => true, false, 'engines');
  readonly ready: Cell<number> = this.cell('ready', 0);
  /** wait_for_completion: until `ready` is set. */
  readonly wait = new Access(this.ready, 'wait_for_completion', Flag.sleeps, {
    ready: (value) => value !== 0,
  });

  get kind(): string {
    return 'table';
  }
}
