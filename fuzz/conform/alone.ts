// One call on a booted host, alone to its end with the grace periods after it, and taken back where it
// violates something.

import {
  Executor,
  type Operation,
  type Outcome,
  type Task,
  Violation,
} from '../../engine/runtime/index.ts';
import type { SystemWorld } from '../../engine/systemWorld.ts';

/** A point to go back to. */
export type Mark = readonly [top: number, digest1: number, digest2: number];

type AnyWorld = Pick<SystemWorld<string>, 'heap' | 'roots' | 'watchers' | 'rcu' | 'place'>;

export function markOf({ heap }: AnyWorld): Mark {
  return [heap.top, heap.digest1, heap.digest2];
}

export function goBack({ heap }: AnyWorld, mark: Mark): void {
  heap.undo(...mark);
}

/**
 * Runs one call of `process` and the grace periods after it. A violation is an answer too: what
 * was done up to it is taken back. `name` must be new, objects are named by it.
 */
export function callAlone(
  world: AnyWorld,
  name: string,
  process: number | null,
  op: Operation,
): Outcome | Violation {
  const mark = markOf(world);
  world.place(name, process);
  const daemon: Operation = { label: 'grace period', start: () => world.rcu.daemon() };
  try {
    return runAlone(
      new Executor(world, [
        { name, phase: 'main', ops: [op] },
        { name: 'rcu', phase: 'daemon', ops: [daemon] },
      ]),
    );
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    goBack(world, mark);
    return error;
  } finally {
    world.roots.clear();
  }
}

/** The first task to its end, then the daemon until it has nothing left to do. */
function runAlone(executor: Executor): Outcome {
  const [task, rcu] = executor.tasks as [Task, Task];
  let outcome: Outcome | null = null;
  executor.listener = {
    onBegin: () => undefined,
    onEnd: (_, result) => {
      outcome = result;
    },
  };
  while (!task.finished) {
    if (executor.ways(task) === 0) throw executor.deadlock();
    executor.step(task, 0);
  }
  while (executor.ways(rcu) !== 0) executor.step(rcu, 0);
  return (outcome as Outcome | null) ?? { ret: 0 };
}
