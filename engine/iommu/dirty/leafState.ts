// What a leaf says about writes: spec/split-merge-dirty.md §1, §2. Functions of leaves, nothing else.

import { Leaf, prot } from '../core/leaf.ts';
import type { Entry } from '../core/pageTable.ts';

/** A device may write through it: the permission asked for, whatever the dirty state. */
export const mayWrite = (leaf: Leaf): boolean => (leaf.prot & prot.write) !== 0;

/**
 * The entry is writable as hardware sees it. With DBM a clean page is a read-only entry, and the
 * first write makes it writable; without, every entry that may be written counts as dirty.
 */
export const isDirty = (leaf: Leaf): boolean => mayWrite(leaf) && (!leaf.dbm || leaf.dirty);

/** The value that all have; null: they differ. */
export const common = <T>(values: readonly T[]): T | null => {
  const [first] = values;
  return first !== undefined && values.every((v) => v === first) ? first : null;
};

/** Whether the leaves among equal parts of a block continue each other from `pa` on. */
export function consecutive(found: readonly Entry[], pa: number, size: number): boolean {
  const part = size / found.length;
  if (pa % size !== 0) return false;
  return found.every((e, i) => !(e instanceof Leaf) || e.pa === pa + i * part);
}
