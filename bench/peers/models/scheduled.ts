// W in promises, for fast-check's scheduler: every visible step waits for its turn.

import type { Scheduler } from 'fast-check';
import type { Workload } from '../../workload/known.ts';

/** Slots by task: what each does, one operation after the other. */
export type Program = readonly (readonly number[])[];

export function programOf({ variant, tasks, ops }: Workload): Program {
  const slot = (t: number, k: number) => (variant === 'C' ? t : (t + k) % 4);
  return Array.from({ length: tasks }, (_, t) => Array.from({ length: ops }, (_, k) => slot(t, k)));
}

export class Scheduled {
  /** The task of each step taken. */
  readonly order: number[] = [];
  private readonly scheduler: Scheduler;
  private readonly workload: Workload;
  private readonly slots = [0, 0, 0, 0];
  private readonly counts = [0, 0, 0, 0];
  private locked = false;
  private readonly waiting: (() => void)[] = [];

  constructor(scheduler: Scheduler, workload: Workload) {
    this.scheduler = scheduler;
    this.workload = workload;
  }

  async run(program: Program): Promise<void> {
    const tasks = program.map(async (slots, t) => {
      for (const slot of slots) await this.toggle(t, slot);
    });
    await this.scheduler.waitFor(Promise.all(tasks));
  }

  get right(): boolean {
    if (this.workload.variant === 'C') return this.slots.every((s, i) => s === this.counts[i]);
    return this.counts[0] === this.slots.reduce((sum, slot) => sum + slot, 0);
  }

  private async step(t: number, label: string): Promise<void> {
    await this.scheduler.schedule(Promise.resolve(), `T${t} ${label}`);
    this.order.push(t);
  }

  private async toggle(t: number, slot: number): Promise<void> {
    const { variant, tasks } = this.workload;
    const locks = variant === 'A' || (variant === 'B' && t !== tasks - 1);
    const count = variant === 'C' ? t : 0;
    if (locks) await this.acquire(t);
    await this.step(t, `read slot ${slot}`);
    const seen = this.slots[slot] as number;
    await this.step(t, 'read count');
    const n = this.counts[count] as number;
    await this.step(t, `write slot ${slot}`);
    this.slots[slot] = 1 - seen;
    await this.step(t, 'write count');
    this.counts[count] = n + 1 - 2 * seen;
    if (!locks) return;
    await this.step(t, 'release');
    this.locked = false;
    this.waiting.shift()?.();
  }

  private async acquire(t: number): Promise<void> {
    await this.step(t, 'acquire');
    while (this.locked) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.locked = true;
  }
}
