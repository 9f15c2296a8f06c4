// Violations. Whatever judges a step (a sanitizer of the runtime, a property above it) throws one; the
// step that threw is undone by whoever performs it. A violation says what was found, in words.

import type { KernelObject } from './object.ts';

/** What a sanitizer finds, and whose fault it is: the kernel's, or that of whoever calls it. */
interface Sanitizer {
  readonly title: string;
  readonly blame: 'engine' | 'caller';
}

const engine = (title: string): Sanitizer => ({ title, blame: 'engine' });
const caller = (title: string): Sanitizer => ({ title, blame: 'caller' });

export const sanitizers = {
  'use-after-free': engine('an object is used after it was freed'),
  'double-free': engine('an object is freed twice'),
  leak: engine('an allocated object is never freed'),
  'data-race': engine('two tasks access a cell at the same time, one writes, one is not marked'),
  'lock-order': engine('locks are taken in a circular order'),
  deadlock: engine('no task can go on'),
  'self-deadlock': engine('a task waits for a lock that it holds itself'),
  'sleep-in-atomic': engine('a task may sleep while it holds a spinlock or is in an RCU section'),
  'bad-unlock': engine('a lock is released by a task that does not hold it'),
  'held-at-exit': engine('an operation returns with a lock held'),
  'refcount-underflow': engine('a reference count falls below zero'),
  'refcount-saturated': engine('a reference count is raised from zero or reaches its limit'),
  'null-deref': engine('a null pointer is followed'),
  'out-of-bounds': engine('a table is accessed outside its bounds'),
  bug: engine('a BUG_ON or WARN_ON of the kernel code fires'),
  'broken-contract': caller('a caller does at once what it must serialise'),
  unserialised: engine('what user space asks for at once is not serialised by the kernel'),
} as const satisfies Readonly<Record<string, Sanitizer>>;

export type SanitizerId = keyof typeof sanitizers;

export class Violation extends Error {
  /** A sanitizer's id or a property's. */
  readonly property: string;
  /** What tells this failure from others of the same property: equal for every run that shows it. */
  readonly key: string;
  /** The object concerned, where there is one: reports tell its history. */
  readonly object: KernelObject | null;
  /** The numbers that were compared, by name. */
  readonly counts: Readonly<Record<string, number>>;

  constructor(
    property: string,
    key: string,
    message: string,
    object: KernelObject | null = null,
    counts: Readonly<Record<string, number>> = {},
  ) {
    // A search throws them by the million, and nobody asks from which line of this program.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.counts = counts;
    this.name = 'Violation';
    this.property = property;
    this.key = key;
    this.object = object;
  }
}

/** A violation found by a sanitizer of the runtime. */
export class Trip extends Violation {
  constructor(sanitizer: SanitizerId, object: KernelObject | null, message: string, key?: string) {
    super(sanitizer, key ?? object?.kind ?? message, message, object);
    this.name = 'Trip';
  }
}

/** Follows a pointer that the kernel code takes to be valid. */
export function deref<T>(pointer: T | null | undefined, what: string): T {
  if (pointer === null || pointer === undefined)
    throw new Trip('null-deref', null, `${what} is NULL and is followed`, what);
  return pointer;
}

/** BUG_ON and WARN_ON: the kernel's own assertion. */
export function bugOn(condition: boolean, what: string): void {
  if (condition) throw new Trip('bug', null, what, what);
}
