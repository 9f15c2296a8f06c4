// A failure of a scope as `check` tells failures: shrunk, with the deltas to blame. Works on the programs
// alone: how the scope's search met the failure is no matter of it.

import type { AnyProgram } from '../../engine/program.ts';
import type { EngineRef } from '../catalogue.ts';
import type { Found } from '../check.ts';
import { distinctFailures, distinctFound, explainTogether, searchProgram } from '../checker.ts';
import type { Tallies } from './tally.ts';

/** Programs tried for one property and key: more may show that several defects violate it. */
const candidates = 4;

/** One property and key, and programs that violate it, of different contexts. */
export interface Suspect {
  readonly property: string;
  readonly key: string;
  readonly programs: readonly AnyProgram[];
}

export interface ExplainJob {
  readonly engine: EngineRef;
  readonly suspect: Suspect;
  readonly maxStates: number;
  readonly toolVersion: string;
}

/** What the engine is to blame for, in the order in which it was met. */
export function suspectsOf(
  tallies: Tallies,
  programAt: (context: string, shape: readonly number[], index: number) => AnyProgram,
): Suspect[] {
  const all = new Map<string, { property: string; key: string; programs: AnyProgram[] }>();
  for (const { context, failures } of tallies)
    for (const { property, key, blame, shape, index } of failures) {
      if (blame === 'caller') continue;
      const id = `${property} ${key}`;
      const known = all.get(id) ?? { property, key, programs: [] };
      all.set(id, known);
      if (known.programs.length < candidates) known.programs.push(programAt(context, shape, index));
    }
  return [...all.values()];
}

/** Shrunk findings, one for each set of deltas to blame; none where it shows only behind other violations. */
export function explainSuspect(job: ExplainJob): readonly Found[] {
  const { engine, maxStates, toolVersion, suspect } = job;
  const { property, key, programs } = suspect;
  const wanted = (p: string, k: string) => p === property && k === key;
  const failures = programs.flatMap(
    (program) => searchProgram(engine, program, { maxStates }, wanted).failures,
  );
  const found = distinctFailures(failures).flatMap((failure) =>
    explainTogether([{ engine, failure }], toolVersion),
  );
  return distinctFound(found);
}
