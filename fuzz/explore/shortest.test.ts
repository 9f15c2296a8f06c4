// The shortest failing run against all runs, one by one.

import { describe, expect, test } from 'vitest';
import { type SanitizerId, sanitizers, type Task, Violation } from '../../engine/runtime/index.ts';
import { shortestOfB } from '../../bench/workload/known.ts';
import { toyW } from '../../bench/workload/w.ts';
import { sanitizerToy } from '../../test/toys/sanitizers.ts';
import type { Decision } from './judge.ts';
import { announcedRace } from './race.ts';
import { ShortestSearch } from './shortest.ts';
import { Runner, type Subject } from '../run.ts';
import { Replay } from '../schedulers/replay.ts';

const search = ({ executor, judge }: Subject, maxStates = 1e6) =>
  new ShortestSearch(executor, judge, { maxStates }).run();

const switchesOf = (run: readonly Decision[]) =>
  run.filter((d, i) => i > 0 && d.task !== run[i - 1]?.task).length;

/** Steps and switches of the best failing run, by trying all of them without merging states. */
function bestOfAll({ executor, judge }: Subject): readonly [number, number] | null {
  const path: Decision[] = [];
  let best: readonly [number, number] | null = null;
  const wrong = (act: () => void): boolean => {
    try {
      act();
      return false;
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      const size = [path.length, switchesOf(path)] as const;
      const better =
        best === null || size[0] < best[0] || (size[0] === best[0] && size[1] < best[1]);
      if (better) best = size;
      return true;
    }
  };
  const arrive = () => {
    const race = announcedRace(executor);
    if (race !== null) throw race;
    if (executor.busy === 0) judge.quiescent();
  };
  const end = () => {
    if (!executor.finished) throw executor.deadlock();
    judge.final();
  };
  const explore = (): void => {
    const runnable = executor.tasks.filter((task) => executor.ways(task) > 0);
    if (runnable.length === 0) wrong(end);
    for (const task of runnable) {
      const ways = executor.ways(task);
      for (let choice = 0; choice < ways; choice++) attempt(task, choice);
    }
  };
  const attempt = (task: Task, choice: number): void => {
    const { top, digest1, digest2 } = executor.heap;
    const { node } = task;
    path.push({ task: task.id, choice });
    const failed = wrong(() => {
      executor.step(task, choice);
      arrive();
    });
    if (!failed) explore();
    executor.heap.undo(top, digest1, digest2);
    executor.place(task, node);
    path.pop();
  };
  executor.reset();
  if (!wrong(arrive)) explore();
  executor.reset();
  return best;
}

test.each([
  [2, 1],
  [2, 2],
  [3, 3],
  [4, 4],
] as const)('B(%i,%i) fails in 10 steps and 2 switches', (tasks, ops) => {
  const subject = toyW('B', tasks, ops);
  const { found, complete } = search(subject);
  expect(complete).toBe(true);
  expect(found?.switches).toBe(shortestOfB.switches);
  expect(found?.decisions).toHaveLength(shortestOfB.steps);
  const again = new Runner(subject, { maxSteps: 100 }).run(
    new Replay(found?.decisions ?? [], 'strict'),
  );
  expect(again.violation?.message).toBe(found?.violation.message);
});

test('where nothing fails, all states are seen; a bound that is hit is said', () => {
  expect(search(toyW('A', 2, 2))).toMatchObject({ found: null, complete: true });
  expect(search(toyW('B', 3, 3), 50)).toMatchObject({ found: null, complete: false });
});

// A circle of lock orders is not judged here.
const ids = (Object.keys(sanitizers) as SanitizerId[]).filter((id) => id !== 'lock-order');

describe.each([true, false])('sanitizer toys, wrong: %s', (bad) => {
  test.each(ids)('%s: as short as the best of all runs', (id) => {
    const { found, complete } = search(sanitizerToy(id, bad));
    expect(complete).toBe(true);
    const size = found && [found.decisions.length, found.switches];
    expect(size).toEqual(bestOfAll(sanitizerToy(id, bad)));
    expect(found !== null).toBe(bad);
  });
});
