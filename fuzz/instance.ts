// A program on a revision of the engine, ready to be run: the one thing that explorers, schedulers,
// replays and shrinkers are given.

import type { AnyDelta } from '../engine/defects/define.ts';
import type { AnyProgram } from '../engine/program.ts';
import type { Executor } from '../engine/runtime/index.ts';
import type { Judge } from './explore/judge.ts';
import { hostProgram } from './systems/index.ts';

export interface Instance {
  readonly program: AnyProgram;
  readonly executor: Executor;
  readonly judge: Judge;
}

/**
 * Boots `program` on the reference engine of its system with `deltas` in force, under all properties.
 * `onDelta` is told whenever code of a delta runs.
 */
export function instantiate(
  program: AnyProgram,
  deltas: readonly AnyDelta[],
  onDelta: ((id: string) => void) | null = null,
): Instance {
  return { program, ...hostProgram(program, deltas, onDelta)(program) };
}
