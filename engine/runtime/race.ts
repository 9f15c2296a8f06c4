// What a data race is and how it is told, whoever found it: by vector clocks along one run, or as a
// reachable state in which both accesses are announced.

import { type Access, Flag } from './access.ts';
import type { Cell } from './cell.ts';
import type { Value } from './hash.ts';
import { Trip } from './trip.ts';

/** One of the two accesses of a race. */
export interface Site {
  readonly access: Access;
  /** Which task, and which of its operations (from 0). */
  readonly task: { readonly id: number; readonly label: string };
  readonly opIndex: number;
}

/** Whether two accesses of one cell by two tasks must be ordered: one changes it, one is plain. */
export function conflict(a: Access, b: Access): boolean {
  return ((a.flags | b.flags) & Flag.mutates) !== 0 && ((a.flags | b.flags) & Flag.plain) !== 0;
}

/** The violation, the same whichever of the two came first. */
export function raceOf(cell: Cell<Value>, a: Site, b: Site): Trip {
  const [x, y] = a.task.id < b.task.id ? [a, b] : [b, a];
  const key = `${cell.object.kind}.${cell.field.replace(/\[.*/, '[]')}`;
  const message = `${describe(x)} races ${describe(y)} on ${cell.title}`;
  return new Trip('data-race', cell.object, message, key);
}

function describe({ access, task, opIndex }: Site): string {
  return `${access.verb} by ${task.label} in operation ${opIndex}`;
}
