// What a leaf says about writes: spec/split-merge-dirty.md §1, §2. Functions of leaves, nothing else.

import { type Leaf, prot } from '../core/leaf.ts';

/** A device may write through it: the permission asked for, whatever the dirty state. */
export const mayWrite = (leaf: Leaf): boolean => (leaf.prot & prot.write) !== 0;

/**
 * The entry is writable as hardware sees it. With DBM a clean page is a read-only entry, and the
 * first write makes it writable; without, every entry that may be written counts as dirty.
 */
export const isDirty = (leaf: Leaf): boolean => mayWrite(leaf) && (!leaf.dbm || leaf.dirty);

/**
 * The one leaf that says what these neighbours say, or null: they must be consecutive, and agree in
 * permissions and in dirty state (spec/split-merge-dirty.md §4.4).
 */
export function united(leaves: readonly Leaf[], size: number): Leaf | null {
  const [first] = leaves;
  if (first === undefined || first.pa % size !== 0) return null;
  const alike = leaves.every(
    (l, i) =>
      l === first.with({ pa: first.pa + i * first.size }) && l.size * leaves.length === size,
  );
  return alike ? first.with({ size }) : null;
}
