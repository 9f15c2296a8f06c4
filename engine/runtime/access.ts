// An access is what a task announces by a yield: which cell it will touch next, and how. The
// scheduler sees announcements only; the touch itself happens when the task is resumed.

import type { Cell } from './cell.ts';
import type { Value } from './hash.ts';

/** Bits of {@link Access.flags}. */
export const Flag = {
  /** The task may look at the value; what it saw becomes part of its history. */
  reads: 1,
  /** The task may assign the value. */
  assigns: 2,
  /** The cell may change in this step, by the task or by the runtime. */
  mutates: 4,
  /** Not marked as intended to race (no READ_ONCE, WRITE_ONCE or atomic): KCSAN watches it. */
  plain: 8,
  /** Several outcomes are possible and the scheduler chooses one. */
  chooses: 16,
  /** May wait: `ready` decides. */
  waits: 32,
  /** Must not happen while a spinlock is held or inside an RCU read-side section. */
  sleeps: 64,
  /** The lifetime of the object changes; use-after-free is judged by the effect itself. */
  lifetime: 128,
  /** Looks at cells of the object beside the one it names. */
  whole: 256,
} as const;

/** What an access does to the set of locks that its task holds. */
export interface LockAction {
  readonly type: 'mutex' | 'spinlock' | 'rwsem' | 'rcu';
  readonly action: 'acquire' | 'release';
  readonly shared: boolean;
}

/** The part of an access done by the runtime, before the task's own code goes on. */
export interface Effect {
  /** The cell's new value. May throw a Violation. */
  readonly apply?: (value: Value, task: number, choice: number) => Value;
  /** What the task gets to see instead of the value: usually a boolean. */
  readonly outcome?: (value: Value, task: number) => Value;
  /** Whether the access can be performed now; a task that is not ready is blocked. */
  readonly ready?: (value: Value, task: number) => boolean;
  /** Whether, while it is not ready, only an access of the cell that `wakes` may let it go on. */
  readonly sleeping?: (value: Value) => boolean;
  /** Lets those go on that are asleep on this cell. */
  readonly wakes?: boolean;
  /** What it means that the object is freed, where that is more than a use after free. */
  readonly freed?: () => Error;
  /** Of two accesses of one cell under this name, by two tasks, either may come first. */
  readonly commutes?: string;
}

export class Access {
  readonly cell: Cell<Value>;
  /** How reports name it: `read`, `write`, `lock`, `inc`, … */
  readonly verb: string;
  readonly flags: number;
  readonly apply: ((value: Value, task: number, choice: number) => Value) | null;
  readonly outcome: ((value: Value, task: number) => Value) | null;
  readonly ready: ((value: Value, task: number) => boolean) | null;
  readonly sleeping: ((value: Value) => boolean) | null;
  readonly wakes: boolean;
  readonly freed: (() => Error) | null;
  readonly commutes: string | null;
  readonly lock: LockAction | null;
  /** Number of alternatives of a choice, else 1. */
  readonly alternatives: number;

  constructor(
    cell: unknown,
    verb: string,
    flags: number,
    effect: Effect = {},
    lock: LockAction | null = null,
    alternatives = 1,
  ) {
    this.cell = cell as Cell<Value>;
    this.verb = verb;
    this.flags = flags | (effect.ready ? Flag.waits : 0);
    this.apply = effect.apply ?? null;
    this.outcome = effect.outcome ?? null;
    this.ready = effect.ready ?? null;
    this.sleeping = effect.sleeping ?? null;
    this.wakes = effect.wakes ?? false;
    this.freed = effect.freed ?? null;
    this.commutes = effect.commutes ?? null;
    this.lock = lock;
    this.alternatives = alternatives;
  }

  /** What the task gets to know in this step: the key of its history. */
  observe(value: Value, task: number, choice: number): Value {
    if (this.outcome !== null) return this.outcome(value, task);
    if ((this.flags & Flag.reads) !== 0) return value;
    return (this.flags & Flag.chooses) !== 0 ? choice : null;
  }
}

/** What every engine operation is: a generator of announcements that ends in a result. */
export type Steps<R = void> = Generator<Access, R, void>;
