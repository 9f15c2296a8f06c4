// What came of each line of a log, and the sums. Plain data for commands and tests.

import type { Annotation } from './annotations.ts';

export interface LineReport {
  readonly line: number;
  readonly kind: 'call' | 'reading' | 'outside';
  readonly name: string;
  readonly verdict: 'agreed' | 'differs' | 'outside';
  readonly kernel: string | null;
  readonly engine: string | null;
  /** Why the line is outside the engine, or why it differs where that is known. */
  readonly reason: string | null;
  /** What had to be assumed to compare the line. */
  readonly note: string | null;
  /** A difference that the annotations expect. */
  readonly listed: boolean;
}

export interface Counts {
  readonly calls: { readonly agreed: number; readonly differ: number };
  readonly readings: { readonly agreed: number; readonly differ: number };
  readonly outside: number;
  /** Differences by whether the annotations expect them. */
  readonly listed: number;
  readonly unlisted: number;
}

export interface ConformReport {
  readonly machine: string;
  readonly hostPage: number;
  /** The machine was neither told nor to be seen in the log. */
  readonly assumedMachine: boolean;
  readonly lines: readonly LineReport[];
  readonly counts: Counts;
  /** Annotations of lines that do not differ in the way they say. */
  readonly stale: readonly Annotation[];
}

export function countsOf(lines: readonly LineReport[]): Counts {
  const number = (kind: LineReport['kind'], verdict: LineReport['verdict']) =>
    lines.filter((l) => l.kind === kind && l.verdict === verdict).length;
  const differing = lines.filter((l) => l.verdict === 'differs');
  const listed = differing.filter((l) => l.listed).length;
  return {
    calls: { agreed: number('call', 'agreed'), differ: number('call', 'differs') },
    readings: { agreed: number('reading', 'agreed'), differ: number('reading', 'differs') },
    outside: lines.filter((l) => l.verdict === 'outside').length,
    listed,
    unlisted: differing.length - listed,
  };
}
