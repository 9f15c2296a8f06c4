// Tiny models whose numbers can be worked out by hand: n tasks of k steps each, that touch nothing
// shared or one and the same cell. (nk)!/(k!)^n runs; without anything shared, (k+1)^n states.

import type { Executor, Task } from '../../engine/runtime/index.ts';
import { derive, Rng } from '../../fuzz/rng.ts';
import { Runner } from '../../fuzz/run.ts';
import { canGoOn, type Scheduler } from '../../fuzz/schedulers/scheduler.ts';
import { Table } from './objects.ts';
import { type Toy, toy } from './toy.ts';

export function independent(tasks: number, steps: number): Toy {
  return toy(({ env }) => {
    function* body() {
      for (let i = 0; i < steps; i++) yield env.local;
    }
    return { main: Array.from({ length: tasks }, () => [body]) };
  });
}

/** The same, but no two steps of different tasks commute. */
export function conflicting(tasks: number, steps: number): Toy {
  return toy(({ heap }) => {
    const { count } = heap.boot(Table, 'table');
    function* body() {
      for (let i = 0; i < steps; i++) yield count.exchange;
    }
    return { main: Array.from({ length: tasks }, () => [body]) };
  });
}

/** A run as text: the task of each step, with the environment's answer where it is not 0. */
export const word = (decisions: readonly { task: number; choice: number }[]): string =>
  decisions.map((d) => (d.choice === 0 ? `${d.task}` : `${d.task}:${d.choice}`)).join(' ');

/**
 * Every maximal run with at most `preemptions` preemptions, by taking steps back and without merging
 * states: what schedulers may produce.
 */
export function allRuns(executor: Executor, preemptions = Number.POSITIVE_INFINITY): Set<string> {
  const runs = new Set<string>();
  const path: { task: number; choice: number }[] = [];
  const { heap } = executor;

  function attempt(task: Task, choice: number, left: number): void {
    const { top, digest1, digest2 } = heap;
    const { node } = task;
    path.push({ task: task.id, choice });
    executor.step(task, choice);
    explore(task, left);
    heap.undo(top, digest1, digest2);
    executor.place(task, node);
    path.pop();
  }

  function explore(last: Task | null, left: number): void {
    const runnable = executor.tasks.filter((task) => executor.ways(task) > 0);
    if (runnable.length === 0) runs.add(word(path));
    for (const task of runnable) {
      const cost = last !== null && task !== last && canGoOn(executor, last) ? 1 : 0;
      if (cost > left) continue;
      const ways = executor.ways(task);
      for (let choice = 0; choice < ways; choice++) attempt(task, choice, left - cost);
    }
  }

  executor.reset();
  explore(null, preemptions);
  executor.reset();
  return runs;
}

/** The runs that a scheduler makes with `seeds` seeds. */
export function made(
  { executor, judge }: Toy,
  seeds: number,
  make: (rng: Rng) => Scheduler,
): string[] {
  const runner = new Runner({ executor, judge }, { maxSteps: 100 });
  return Array.from({ length: seeds }, (_, i) => {
    const { outcome, decisions } = runner.run(make(Rng.seeded(derive('schedulers', i))));
    if (outcome !== 'ok') throw new Error(`run ${i} ends as ${outcome}`);
    return word(decisions);
  });
}

/** The different ones. */
export const sample = (...args: Parameters<typeof made>): Set<string> => new Set(made(...args));
