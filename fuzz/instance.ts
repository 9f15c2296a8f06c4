// A program on a revision of the engine, ready to be run: the one thing that explorers, schedulers,
// replays and shrinkers are given.

import { boot, type Program, type SpaprDelta } from '../engine/index.ts';
import type { Executor } from '../engine/runtime/index.ts';
import { SpaprJudge, watchersFor } from '../properties/index.ts';
import type { Judge } from './explore/judge.ts';

export interface Instance {
  readonly program: Program;
  readonly executor: Executor;
  readonly judge: Judge;
}

/**
 * Boots `program` on the reference engine with `deltas` in force, under all properties. `onDelta` is
 * told whenever code of a delta runs.
 */
export function instantiate(
  program: Program,
  deltas: readonly SpaprDelta[],
  onDelta: ((id: string) => void) | null = null,
): Instance {
  const { world, executor } = boot(program, deltas, watchersFor(program), onDelta);
  const judge = new SpaprJudge(program, world, executor, quirksOf(deltas));
  executor.listener = judge;
  return { program, executor, judge };
}

/** What the deltas make the machines allow. */
function quirksOf(deltas: readonly SpaprDelta[]): readonly string[] {
  return deltas.flatMap((d) => d.allows ?? []);
}
