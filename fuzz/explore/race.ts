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

export function announcedRace(executor: Executor): Trip | null {
  const { tasks } = executor;
  for (let i = 1; i < tasks.length; i++) {
    const a = (tasks[i] as Task).node.access;
    if (a === null) continue;
    for (let j = 0; j < i; j++) {
      const b = (tasks[j] as Task).node.access;
      if (b === null || a.cell !== b.cell || !conflict(a, b)) continue;
      if (executor.ways(tasks[i] as Task) === 0 || executor.ways(tasks[j] as Task) === 0) continue;
      return raceOf(a.cell, siteOf(tasks[i] as Task), siteOf(tasks[j] as Task));
    }
  }
  return null;
}

function siteOf(task: Task): Site {
  return { access: task.node.access as Access, task, opIndex: task.node.opIndex };
}
