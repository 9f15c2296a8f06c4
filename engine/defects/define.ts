// What a delta on the reference engine is: metadata, and the steps of the reference it replaces.

import type { System } from '../program.ts';
import type { Subsystem } from '../subsystems.ts';

/** A delta on whichever system's kernel: what lists, findings and reports need of it. */
export interface AnyDelta {
  readonly id: string;
  /** The engine whose steps it replaces; deltas of others have no part in a program's run. */
  readonly system: System;
  /** Default: that of the list it stands in (engine/defects/index.ts). */
  readonly subsystem?: Subsystem;
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
  readonly steps: object;
}

export interface Delta<K> extends AnyDelta {
  readonly steps: Partial<K>;
}

/** A kernel revision: a named list of deltas. */
export interface AnyRevision {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  /** What it says something about: only scenarios of these are run on it. */
  readonly subsystems: readonly Subsystem[];
  readonly deltas: readonly AnyDelta[];
  /** Defects by id that no violation on it comes from, and what hides them there. */
  readonly hidden?: Readonly<Record<string, string>>;
}

/** A revision of one system's kernel. */
export interface Revision<K> extends AnyRevision {
  readonly deltas: readonly Delta<K>[];
}

/** Types a delta's steps: `this` in them is the kernel that they become part of. */
export function delta<K>(
  d: Omit<Delta<K>, 'steps'> & { steps: Partial<K> & ThisType<K> },
): Delta<K> {
  return d;
}

const split = new WeakMap<readonly AnyDelta[], Map<System, readonly AnyDelta[]>>();

/** Those of one system; the same list for the same list, so that kernels are put together once. */
export function deltasFor(deltas: readonly AnyDelta[], system: System): readonly AnyDelta[] {
  let known = split.get(deltas);
  if (known === undefined) split.set(deltas, (known = new Map()));
  let mine = known.get(system);
  if (mine === undefined) known.set(system, (mine = deltas.filter((d) => d.system === system)));
  return mine;
}
