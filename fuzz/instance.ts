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

/** Boots `program` on the reference engine with `deltas` in force, under all properties. */
export function instantiate(program: Program, deltas: readonly SpaprDelta[]): Instance {
  const { world, executor } = boot(program, deltas, watchersFor(program));
  const judge = new SpaprJudge(program, world, executor);
  executor.listener = judge;
  return { program, executor, judge };
}
