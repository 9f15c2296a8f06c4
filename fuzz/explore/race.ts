// A data race in exhaustive search is a reachable state in which two tasks have announced
// conflicting accesses of one cell, at least one of them plain: no clocks are needed.

import {
  type Access,
  conflict,
  type Executor,
  raceOf,
  type Site,
  type Task,
  type Trip,
} from '../../engine/runtime/index.ts';

/** The race of two announced accesses, if there is one; of `mover` and another, if it is given. */
export function announcedRace(executor: Executor, mover: Task | null = null): Trip | null {
  const { tasks } = executor;
  if (mover !== null) return raceWith(executor, mover, tasks.length);
  for (let i = 1; i < tasks.length; i++) {
    const race = raceWith(executor, tasks[i] as Task, i);
    if (race !== null) return race;
  }
  return null;
}

/** Of the task and one of the first `count`. */
function raceWith(executor: Executor, task: Task, count: number): Trip | null {
  const a = task.node.access;
  if (a === null) return null;
  const { tasks } = executor;
  for (let j = 0; j < count; j++) {
    const other = tasks[j] as Task;
    const b = other.node.access;
    if (b === null || a.cell !== b.cell || other === task || !conflict(a, b)) continue;
    if (executor.ways(task) === 0 || executor.ways(other) === 0) continue;
    return raceOf(a.cell, siteOf(task), siteOf(other));
  }
  return null;
}

function siteOf(task: Task): Site {
  return { access: task.node.access as Access, task, opIndex: task.node.opIndex };
}
