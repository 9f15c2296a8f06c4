// A program on a revision of the engine, ready to be run: the one thing that explorers, schedulers,
// replays and shrinkers are given.

import type { Executor } from '../engine/runtime/index.ts';
import type { Program } from '../engine/vfio/vocabulary.ts';
import type { Judge } from './explore/judge.ts';

export interface Instance {
  readonly program: Program;
  readonly executor: Executor;
  readonly judge: Judge;
}
