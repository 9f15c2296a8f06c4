// The reference interpreter: runs generators live, from the beginning each time, with no tree, no
// journal and no undo. Slow and plainly right; the executor must do exactly the same.

import {
  type Access,
  alternativesNow,
  Flag,
  Life,
  type Steps,
  type Task,
} from '../../engine/runtime/index.ts';
import { openStep, step } from '../../engine/runtime/step.ts';

const order = { setup: 0, main: 1, exit: 2 };

/** A task as the reference runs it. */
export class LiveTask {
  readonly task: Task;
  access: Access | null = null;
  private steps: Steps<unknown> | null = null;
  private readonly allocator: { label: string; opIndex: number; allocations: number };

  constructor(task: Task) {
    this.task = task;
    this.allocator = { label: task.label, opIndex: -1, allocations: 0 };
    this.begin();
  }

  private begin(): void {
    const { task, allocator } = this;
    allocator.opIndex = task.phase === 'daemon' ? 0 : allocator.opIndex + 1;
    allocator.allocations = 0;
    openStep(null, null, allocator);
    this.steps = task.ops[allocator.opIndex]?.start() ?? null;
    this.access = (this.steps?.next().value as Access | undefined) ?? null;
  }

  ways(all: readonly LiveTask[]): number {
    const { access, task } = this;
    if (access === null) return 0;
    if (task.phase !== 'daemon') {
      const mine = order[task.phase];
      const waits = (t: LiveTask) =>
        t.access !== null && t.task.phase !== 'daemon' && order[t.task.phase] < mine;
      if (all.some(waits)) return 0;
    }
    if (access.ready?.(access.cell.stored, task.id) === false) return 0;
    return (access.flags & Flag.chooses) === 0 ? 1 : alternativesNow(access);
  }

  step(choice: number): void {
    const access = this.access as Access;
    const { cell } = access;
    const key = access.observe(cell.stored, this.task.id, choice);
    if (access.apply !== null) cell.stored = access.apply(cell.stored, this.task.id, choice);
    openStep(access, key, this.allocator);
    const next = (this.steps as Steps<unknown>).next();
    if (step.assigned) cell.stored = step.value;
    for (const object of step.fresh ?? []) object.life.stored = Life.live;
    if (next.done === true) this.begin();
    else this.access = next.value;
  }
}
