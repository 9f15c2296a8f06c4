// What a scheduler is: the two doors of chance, `pick` for the schedule and `choose` for the
// environment. It sees tasks and what they announced, and never touches shared state.

import { type Access, type Executor, Flag, type Task } from '../../engine/runtime/index.ts';
import type { Rng } from '../rng.ts';

export interface Scheduler {
  /** A run begins on `executor`, with nothing performed yet. */
  begin(executor: Executor): void;
  /**
   * Picks one of the first `count` (at least 1) tasks of `runnable`, which are in the order of their
   * ids. Null ends the run early.
   */
  pick(runnable: readonly Task[], count: number): Task | null;
  /** How the environment answers the task just picked: 0 … ways-1. Asked at choices only. */
  choose(task: Task, ways: number): number;
}

/** How often a random scheduler lets the environment refuse, unless told otherwise. */
export const refusalProbability = 0.2;

/** What a task that has not finished will do next. */
export const announced = (task: Task): Access => task.node.access as Access;

/** Refusals are rare, by a probability; other answers are equally likely. */
export function randomAnswer(rng: Rng, task: Task, ways: number, refusal: number): number {
  const { flags } = announced(task);
  if (ways === 1) return 0;
  if ((flags & Flag.mutates) === 0) return rng.next(ways);
  return rng.float() < refusal ? 1 : 0;
}

/** Whether another task than `last` would now take the processor from it in mid-operation. */
export function canGoOn(executor: Executor, last: Task): boolean {
  return last.node.depth !== 0 && executor.ways(last) !== 0;
}
