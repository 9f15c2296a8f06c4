// A data race in exhaustive search is a reachable state in which two tasks have announced
// conflicting accesses of one cell, at least one of them plain: no clocks are needed.

import { type Access, type Executor, Flag, type Task, Trip } from '../../engine/runtime/index.ts';

export function announcedRace(executor: Executor): Trip | null {
  const { tasks } = executor;
  for (let i = 1; i < tasks.length; i++) {
    const a = (tasks[i] as Task).node.access;
    if (a === null) continue;
    for (let j = 0; j < i; j++) {
      const b = (tasks[j] as Task).node.access;
      if (b === null || a.cell !== b.cell || !conflict(a, b)) continue;
      if (executor.ways(tasks[i] as Task) === 0 || executor.ways(tasks[j] as Task) === 0) continue;
      return raceOf(a, tasks[i] as Task, b, tasks[j] as Task);
    }
  }
  return null;
}

export function conflict(a: Access, b: Access): boolean {
  return ((a.flags | b.flags) & Flag.mutates) !== 0 && ((a.flags | b.flags) & Flag.plain) !== 0;
}

export function raceOf(a: Access, ta: Task, b: Access, tb: Task): Trip {
  const { cell } = a;
  const [x, y] = ta.id < tb.id ? [sideOf(ta, a), sideOf(tb, b)] : [sideOf(tb, b), sideOf(ta, a)];
  const key = `${cell.object.kind}.${cell.field.replace(/\[.*/, '[]')}`;
  return new Trip('data-race', cell.object, `${x} races ${y} on ${cell.name}`, key);
}

function sideOf(task: Task, access: Access): string {
  return `${access.verb} by ${task.label}`;
}
