// What there is to check, as plain data for commands and reports: names, titles and sources, no code.

import type { System } from '../engine/program.ts';
import type { Subsystem } from '../engine/subsystems.ts';

/** A kernel revision: the reference engine plus these deltas. */
export interface RevisionInfo {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly subsystems: readonly Subsystem[];
  readonly deltas: readonly string[];
  /** Defects by id that no violation on it comes from, and what hides them there. */
  readonly hidden?: Readonly<Record<string, string>>;
}

/** One difference from the reference: Delta (engine/defects/define.ts) without its code. */
export interface DeltaInfo {
  readonly id: string;
  readonly system: System;
  /** Whose scenarios show it; null if its list does not say. */
  readonly subsystem: Subsystem | null;
  readonly kind: 'defect' | 'divergence';
  readonly title: string;
  readonly source: string;
  readonly class: string;
  readonly violates: string | null;
  readonly trigger: string;
}

/** A bundled program that `check` explores exhaustively. */
export interface ScenarioInfo {
  readonly id: string;
  readonly title: string;
  /** What it is there to show. */
  readonly about: string;
  /** In-kernel callers break a contract: run when asked for, the fault is theirs. */
  readonly callers?: 'careless';
  readonly subsystem: Subsystem;
}

/** A property or sanitizer. */
export interface PropertyInfo {
  readonly id: string;
  readonly title: string;
  /** The rule in one sentence. */
  readonly rule: string;
  /** Where the rule is written. */
  readonly source: string;
  /** Whose mistake a violation is: the kernel's, or the caller's who broke a contract. */
  readonly blame: 'engine' | 'caller';
  /** Null: of all of them. */
  readonly subsystem: Subsystem | null;
}

export interface Catalogue {
  /** The reference first. */
  readonly revisions: readonly RevisionInfo[];
  readonly deltas: readonly DeltaInfo[];
  readonly scenarios: readonly ScenarioInfo[];
  readonly properties: readonly PropertyInfo[];
}

/** An engine to run on: a base revision's id and every delta in force on the reference. */
export interface EngineRef {
  readonly revision: string;
  readonly deltas: readonly string[];
}
