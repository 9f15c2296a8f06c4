// Atomic counters and reference counts. Their operations are performed by the runtime and answer as
// little as the kernel's do (often a boolean), so that histories that saw the same are the same.

import { Access, Flag } from './access.ts';
import { Cell } from './cell.ts';
import type { Value } from './hash.ts';
import type { KernelObject } from './object.ts';
import { Trip } from './trip.ts';

const marked = Flag.mutates;
const number = (f: (value: number) => number) => (value: Value) => f(value as number);
const test = (f: (value: number) => boolean) => (value: Value) => f(value as number);

/** atomic64_t. */
export class Atomic extends Cell<number> {
  readonly inc: Access;
  readonly dec: Access;
  /** atomic_inc_not_zero: answers whether it did. */
  readonly incNotZero: Access;
  /** atomic_add_unless(v, -1, 1): answers whether it did. */
  readonly decUnlessOne: Access;
  /** atomic_dec_and_test: answers whether it came to zero. */
  readonly decAndTest: Access;
  private readonly swaps = new Map<string, Access>();

  constructor(object: KernelObject, field: string, initial: number) {
    super(object, field, initial);
    this.inc = new Access(this, 'inc', marked, { apply: number((v) => v + 1), commutes: 'add' });
    this.dec = new Access(this, 'dec', marked, { apply: number((v) => v - 1), commutes: 'add' });
    this.incNotZero = new Access(this, 'inc_not_zero', marked, {
      outcome: test((v) => v !== 0),
      apply: number((v) => (v === 0 ? 0 : v + 1)),
    });
    this.decUnlessOne = new Access(this, 'dec_unless_one', marked, {
      outcome: test((v) => v !== 1),
      apply: number((v) => (v === 1 ? 1 : v - 1)),
    });
    this.decAndTest = new Access(this, 'dec_and_test', marked, {
      outcome: test((v) => v === 1),
      apply: number((v) => v - 1),
    });
  }

  /** atomic_cmpxchg(from, to): answers whether the value was `from`. */
  cmpxchg(from: number, to: number): Access {
    const key = `${from}>${to}`;
    let access = this.swaps.get(key);
    if (access === undefined) {
      access = new Access(this, `cmpxchg ${from}→${to}`, marked, {
        outcome: test((v) => v === from),
        apply: number((v) => (v === from ? to : v)),
      });
      this.swaps.set(key, access);
    }
    return access;
  }

  /** Whether the operation just performed did what its name says. */
  get succeeded(): boolean {
    return this.outcome as boolean;
  }
}

/** refcount_t and kref: raising from zero, falling below zero and saturation are reported. */
export class Refcount extends Cell<number> {
  static readonly limit = 0x7fffffff;
  readonly get: Access;
  readonly getUnlessZero: Access;
  /** kref_put: answers whether this was the last reference. */
  readonly put: Access;

  constructor(object: KernelObject, field: string, initial: number) {
    super(object, field, initial);
    this.get = new Access(this, 'get', marked, {
      apply: number((v) => {
        if (v === 0 || v >= Refcount.limit)
          throw new Trip('refcount-saturated', object, `${this.title} is raised from ${v}`);
        return v + 1;
      }),
    });
    this.getUnlessZero = new Access(this, 'get_unless_zero', marked, {
      outcome: test((v) => v !== 0),
      apply: number((v) => (v === 0 ? 0 : v + 1)),
    });
    this.put = new Access(this, 'put', marked, {
      outcome: test((v) => v === 1),
      apply: number((v) => {
        if (v <= 0) throw new Trip('refcount-underflow', object, `${this.title} falls below zero`);
        return v - 1;
      }),
    });
  }

  /** Whether the reference just asked for was got (getUnlessZero). */
  get got(): boolean {
    return this.outcome as boolean;
  }

  /** Whether the reference just put was the last one. */
  get wasLast(): boolean {
    return this.outcome as boolean;
  }
}
