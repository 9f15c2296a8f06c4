// W as an XState machine: a region for each task, with a state for each value of its program counter.

import { assign, createMachine, type SnapshotFrom } from 'xstate';
import type { Workload } from '../../workload/known.ts';

interface Context {
  readonly locked: boolean;
  readonly slots: readonly number[];
  readonly counts: readonly number[];
  readonly seen: readonly number[];
  readonly n: readonly number[];
}

/** 0 acquire, 1 read slot, 2 read count, 3 write slot, 4 write count, 5 release. */
const locked = [0, 1, 2, 3, 4, 5];
const unlocked = [1, 2, 3, 4];

function stepsOfTask({ variant, tasks }: Workload, t: number): readonly number[] {
  return variant === 'C' || (variant === 'B' && t === tasks - 1) ? unlocked : locked;
}

function effect(c: Context, kind: number, t: number, slot: number, count: number) {
  switch (kind) {
    case 0:
      return { locked: true };
    case 1:
      return { seen: c.seen.with(t, c.slots[slot] as number) };
    case 2:
      return { n: c.n.with(t, c.counts[count] as number) };
    case 3:
      return { slots: c.slots.with(slot, 1 - (c.seen[t] as number)) };
    case 4: {
      const written = (c.n[t] as number) + 1 - 2 * (c.seen[t] as number);
      return { counts: c.counts.with(count, written), seen: c.seen.with(t, 0), n: c.n.with(t, 0) };
    }
    default:
      return { locked: false };
  }
}

export function machineOf(workload: Workload) {
  const { variant, tasks, ops } = workload;
  const regions = Array.from({ length: tasks }, (_, t) => {
    const kinds = stepsOfTask(workload, t);
    const end = kinds.length * ops;
    const states = Array.from({ length: end }, (_, p) => {
      const kind = kinds[p % kinds.length] as number;
      const op = Math.floor(p / kinds.length);
      const [slot, count] = variant === 'C' ? [t, t] : [(t + op) % 4, 0];
      const take = assign<Context, never, undefined, { type: string }, never>(({ context }) =>
        effect(context, kind, t, slot, count),
      );
      const free = ({ context }: { context: Context }) => !context.locked;
      const on = { target: `p${p + 1}`, actions: take, ...(kind === 0 && { guard: free }) };
      return [`p${p}`, { on: { [`T${t}`]: on } }] as const;
    });
    return [
      `t${t}`,
      { initial: 'p0', states: { ...Object.fromEntries(states), [`p${end}`]: {} } },
    ] as const;
  });
  const zeros = Array.from({ length: tasks }, () => 0);
  const context: Context = {
    locked: false,
    slots: [0, 0, 0, 0],
    counts: [0, 0, 0, 0],
    seen: zeros,
    n: zeros,
  };
  return createMachine({ type: 'parallel', context, states: Object.fromEntries(regions) } as never);
}

type Snapshot = SnapshotFrom<ReturnType<typeof machineOf>>;

export const eventsOf = ({ tasks }: Workload) =>
  Array.from({ length: tasks }, (_, t) => ({ type: `T${t}` }));

export function identityOf({ value, context }: Snapshot): string {
  return JSON.stringify([value, context]);
}

export function isWrongState(workload: Workload, { value, context }: Snapshot): boolean {
  const places = value as unknown as Readonly<Record<string, string>>;
  const { slots, counts } = context as unknown as Context;
  const idle = Array.from({ length: workload.tasks }, (_, t) => {
    const length = stepsOfTask(workload, t).length;
    return Number(places[`t${t}`]?.slice(1)) % length === 0;
  });
  if (workload.variant === 'C') return idle.some((is, t) => is && counts[t] !== slots[t]);
  const occupied = slots.reduce((sum, slot) => sum + slot, 0);
  return idle.every(Boolean) && counts[0] !== occupied;
}
