// What the processors did while something was timed: how much the processes of the bench used, and how
// much everybody else. Read from /proc, in ticks of 10 ms; elsewhere nothing is known.

import { readFileSync } from 'node:fs';

export interface Sample {
  readonly atMs: number;
  /** Busy time of all cores; null where there is no /proc. */
  readonly busyMs: number | null;
  /** Of this process. */
  readonly ownMs: number;
  /** Of processes that this one has started and waited for. */
  readonly childrenMs: number;
}

const tickMs = 10;

export function sample(): Sample {
  const { user, system } = process.cpuUsage();
  const stat = read('/proc/stat');
  const self = read('/proc/self/stat');
  return {
    atMs: performance.now(),
    busyMs: stat === null ? null : busyTicks(stat) * tickMs,
    ownMs: (user + system) / 1000,
    childrenMs: self === null ? 0 : childrenTicks(self) * tickMs,
  };
}

export interface Load {
  readonly childrenMs: number;
  /** Cores used by others; null where that is not known. */
  readonly others: number | null;
}

export function loadBetween(from: Sample, to: Sample): Load {
  const childrenMs = to.childrenMs - from.childrenMs;
  if (from.busyMs === null || to.busyMs === null) return { childrenMs, others: null };
  const mine = childrenMs + to.ownMs - from.ownMs;
  const others = (to.busyMs - from.busyMs - mine) / (to.atMs - from.atMs);
  return { childrenMs, others: Math.max(0, others) };
}

/** First line: user nice system idle iowait irq softirq steal. */
export function busyTicks(stat: string): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (
    stat.split('\n', 1)[0] ?? ''
  )
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return user + nice + system + irq + softirq + steal;
}

/** Fields 16 and 17, counted after the name in brackets, which may hold anything. */
export function childrenTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[13]) + Number(fields[14]);
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
