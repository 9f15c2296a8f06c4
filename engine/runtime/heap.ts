// The heap: every cell's journal and the incremental digest of all values. Any earlier point is
// restored by undoing; the digest does not depend on the order of allocation.

import type { Cell } from './cell.ts';
import type { Growth } from './footprint.ts';
import { hashValue, hashValue2, mix, type Value } from './hash.ts';
import { type Birth, type KernelObject, Life } from './object.ts';
import type { Renaming } from './renaming.ts';
import { step } from './step.ts';

/** A constructor of kernel objects with constant fields `A`. */
export type Kind<T extends KernelObject, A extends readonly unknown[]> = new (
  birth: Birth,
  ...fields: A
) => T;

export class Heap {
  /** Digest lanes: xor over all cells of mix(salt, value), relative to the initial values. */
  digest1 = 0;
  digest2 = 0;
  /** How much the world's operations were found to touch. */
  readonly growth: Growth = { count: 0, cyclic: false };
  /** Told of every write, and of every write taken back. */
  renamings: readonly Renaming[] | null = null;
  private readonly cells: Cell<Value>[] = [];
  private readonly values: Value[] = [];
  /** Number of journaled writes: a point to undo to. */
  top = 0;
  private readonly pool = new Map<string, { object: KernelObject; fields: readonly unknown[] }[]>();
  private readonly all: KernelObject[] = [];

  /** Stores a value and journals the old one. */
  store(cell: Cell<Value>, value: Value): void {
    const old = cell.stored;
    if (old === value) return;
    if (this.renamings !== null) for (const r of this.renamings) r.note(cell, old, value);
    this.cells[this.top] = cell;
    this.values[this.top++] = old;
    this.digest1 ^= mix(cell.salt1, hashValue(old)) ^ mix(cell.salt1, hashValue(value));
    this.digest2 ^= mix(cell.salt2, hashValue2(old)) ^ mix(cell.salt2, hashValue2(value));
    cell.stored = value;
  }

  /** The cells written since journal point `top`, each once. */
  since(top: number): Cell<Value>[] {
    return [...new Set(this.cells.slice(top, this.top))];
  }

  /** Restores every cell to its value at journal point `top`; the digest lanes are the caller's copy. */
  undo(top: number, digest1: number, digest2: number): void {
    while (this.top > top) {
      const i = --this.top;
      const cell = this.cells[i] as Cell<Value>;
      const value = this.values[i] as Value;
      if (this.renamings !== null) for (const r of this.renamings) r.note(cell, cell.stored, value);
      cell.stored = value;
    }
    this.digest1 = digest1;
    this.digest2 = digest2;
  }

  /** Makes an object that exists before the first operation. */
  boot<T extends KernelObject, A extends readonly unknown[]>(
    kind: Kind<T, A>,
    name: string,
    ...fields: A
  ): T {
    return new kind({ name, boot: true }, ...fields);
  }

  /**
   * kzalloc within the current step. The object is named by who makes it (task, operation, how many
   * before), and by its constant fields, never by when: the same name is the same object on every
   * path, so that states reached in different orders are equal.
   */
  create<T extends KernelObject, A extends readonly unknown[]>(kind: Kind<T, A>, ...fields: A): T {
    const by = step.allocator;
    if (by === null) throw new Error('Heap.create outside a step');
    const slot = `${by.label}.${by.opIndex}#${by.allocations++}:${kind.name}`;
    let twins = this.pool.get(slot);
    if (twins === undefined) this.pool.set(slot, (twins = []));
    let twin = twins.find((t) => same(t.fields, fields));
    if (twin === undefined) {
      const name = `${slot}(${describe(fields)})`;
      twin = { object: new kind({ name, boot: false }, ...fields), fields };
      twins.push(twin);
      this.all.push(twin.object);
    }
    (step.fresh ??= []).push(twin.object);
    return twin.object as T;
  }

  /** Allocated objects that are alive now: at the end of a run, leaks. */
  *living(): Generator<KernelObject> {
    for (const object of this.all) if (object.life.stored === Life.live) yield object;
  }
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return a.length === b.length;
}

function describe(fields: readonly unknown[]): string {
  return fields
    .map((f) => (typeof f === 'object' && f !== null ? (f as KernelObject).name : String(f)))
    .join(',');
}
