// The step register: what the one step being performed right now may touch. While a generator runs
// between two yields nothing else runs, so one register a thread is enough, whatever worlds there are.

import type { Access } from './access.ts';
import { Flag } from './access.ts';
import type { Cell } from './cell.ts';
import type { Value } from './hash.ts';
import type { KernelObject } from './object.ts';

/** Thrown when engine code touches a cell that its current step did not announce. A bug in the engine. */
export class UnannouncedAccess extends Error {
  constructor(cell: Cell<Value>, how: string) {
    const now = step.access === null ? 'nothing' : `${step.access.verb} ${step.access.cell.name}`;
    super(
      `unannounced ${how} of ${cell.name}: the step announced ${now}; ` +
        `yield the access of this cell right before it`,
    );
    this.name = 'UnannouncedAccess';
  }
}

/** The names under which a task's allocations are filed, so that they do not depend on order. */
export interface Allocator {
  readonly label: string;
  opIndex: number;
  allocations: number;
}

export const step = {
  access: null as Access | null,
  cell: null as Cell<Value> | null,
  /** Value of the announced cell as the task sees it. */
  value: null as Value,
  /** What a runtime-performed access or a choice answered. */
  outcome: null as Value,
  assigned: false,
  fresh: null as KernelObject[] | null,
  allocator: null as Allocator | null,
  /** The code declared that it may sleep here. */
  slept: false,
  /** The code declared that what it has read so far does not matter any more. */
  forgotten: null as string | null,
};

/**
 * Declares that nothing read since the operation began matters from here on: its local variables
 * are dead, but for what `label` names. Histories that differ only before such a point then count as
 * the same. The declaration is the operation's promise; a wrong one hides behaviour.
 */
export function forget(label: string): void {
  step.forgotten = label;
}

/** might_sleep(): the code between these two announcements may sleep. */
export function mightSleep(): void {
  step.slept = true;
}

/** Opens a step in which `access` may be performed, having observed `key`. */
export function openStep(access: Access | null, key: Value, allocator: Allocator): void {
  step.access = access;
  step.cell = access === null ? null : access.cell;
  step.value = key;
  step.outcome = key;
  step.assigned = false;
  step.fresh = null;
  step.slept = false;
  step.forgotten = null;
  step.allocator = allocator;
}

export function readCell(cell: Cell<Value>): Value {
  if (step.cell !== cell || ((step.access as Access).flags & Flag.reads) === 0)
    throw new UnannouncedAccess(cell, 'read');
  return step.value;
}

export function assignCell(cell: Cell<Value>, value: Value): void {
  if (step.cell !== cell || ((step.access as Access).flags & Flag.assigns) === 0)
    throw new UnannouncedAccess(cell, 'write');
  step.value = value;
  step.assigned = true;
}

/** The outcome of the access of `cell` that was just performed by the runtime. */
export function outcomeOf(cell: Cell<Value>): Value {
  if (step.cell !== cell) throw new UnannouncedAccess(cell, 'outcome');
  return step.outcome;
}
