// What a delta on the reference engine is: metadata, and the steps of the reference it replaces.

export interface Delta<K> {
  readonly id: string;
  /**
   * A `defect` violates a property and must be found; a `divergence` is a difference that the kernel
   * means or documents, and by itself is nobody's fault.
   */
  readonly kind: 'defect' | 'divergence';
  readonly title: string;
  /** Spec file and number, upstream subject, seed. */
  readonly source: string;
  /** The kind of mistake, in the catalogue's words: use after free, lost error, … */
  readonly class: string;
  /** Property or sanitizer that must catch it; null for a divergence. */
  readonly violates: string | null;
  /** The shortest known trigger, in words. */
  readonly trigger: string;
  /** Documented differences that come with it and that the machines then allow: model/quirks. */
  readonly allows?: readonly string[];
  readonly steps: Partial<K>;
}

/** A kernel revision: a named list of deltas. */
export interface Revision<K> {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly deltas: readonly Delta<K>[];
}

/** Types a delta's steps: `this` in them is the kernel that they become part of. */
export function delta<K>(
  d: Omit<Delta<K>, 'steps'> & { steps: Partial<K> & ThisType<K> },
): Delta<K> {
  return d;
}
