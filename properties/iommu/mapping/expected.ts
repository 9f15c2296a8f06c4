// What the calls of a domain's clients add up to: which addresses translate to what. One value, kept by
// the judge beside the engine.

import { hex } from '../../../engine/hex.ts';
import { type Hashed, hashString, hashString2 } from '../../../engine/runtime/index.ts';
import type { Placed } from './view.ts';

/** Consecutive addresses that translate to consecutive ones. */
export interface Run {
  readonly iova: number;
  readonly size: number;
  readonly pa: number;
}

export class Expected implements Hashed {
  readonly name: string;
  readonly hash: number;
  readonly hash2: number;
  readonly runs: readonly Run[];

  constructor(name: string, runs: readonly Run[]) {
    this.name = name;
    this.hash = hashString(name);
    this.hash2 = hashString2(name);
    this.runs = runs;
  }

  without(start: number, end: number): Expected {
    return expected(
      this.runs.flatMap((run) => {
        const after = run.iova + run.size;
        if (run.iova >= end || after <= start) return [run];
        const left = { ...run, size: start - run.iova };
        const cut = end - run.iova;
        const right = { iova: end, size: after - end, pa: run.pa + cut };
        return [left, right].filter((r) => r.size > 0);
      }),
    );
  }

  with(...runs: readonly Run[]): Expected {
    return expected([...this.runs, ...runs]);
  }
}

const known = new Map<string, Expected>();

/** The one value of these runs: sorted, and joined where they continue each other. */
export function expected(runs: readonly Run[]): Expected {
  const sorted = runs.filter((r) => r.size > 0).toSorted((a, b) => a.iova - b.iova);
  const joined: Run[] = [];
  for (const run of sorted) {
    const last = joined.at(-1);
    const follows = last !== undefined && last.iova + last.size === run.iova;
    if (follows && last.pa + last.size === run.pa)
      joined[joined.length - 1] = { ...last, size: last.size + run.size };
    else joined.push(run);
  }
  const text = joined.map((r) => `${hex(r.iova)}+${hex(r.size)}→${hex(r.pa)}`).join(' ');
  let value = known.get(text);
  if (value === undefined) known.set(text, (value = new Expected(text || 'nothing', joined)));
  return value;
}

export const nothing = expected([]);

/** What leaves translate, [start, end) of it. */
export function runsOf(
  leaves: readonly Placed[],
  start = 0,
  end = Number.POSITIVE_INFINITY,
): Run[] {
  return leaves.flatMap(({ iova, leaf }) => {
    const from = Math.max(iova, start);
    const size = Math.min(iova + leaf.size, end) - from;
    return size > 0 ? [{ iova: from, size, pa: leaf.pa + (from - iova) }] : [];
  });
}
