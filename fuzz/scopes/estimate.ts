// How much of a scope is done, measured in states: programs of one shape are taken to have as many as
// those that were seen; larger ones, of which none was seen yet, some times as many as the largest seen.

import type { Shape } from '../programs.ts';
import type { ScopeJob } from './plan.ts';
import type { JobResult } from './search.ts';

/** By experience: the states of a program are multiplied by this with each further operation. */
const perOperation = 5;

interface Seen {
  readonly programs: number;
  readonly states: number;
}

export class Estimate {
  private readonly left = new Map<string, { readonly shape: Shape; programs: number }>();
  private readonly seen = new Map<string, Seen & { readonly operations: number }>();
  private states = 0;

  constructor(jobs: readonly ScopeJob[]) {
    for (const { shape, from, to } of jobs) {
      const key = shape.join(',');
      const known = this.left.get(key) ?? { shape, programs: 0 };
      known.programs += to - from;
      this.left.set(key, known);
    }
  }

  add({ shape, from, to }: ScopeJob, result: Pick<JobResult, 'states'>): void {
    const key = shape.join(',');
    const left = this.left.get(key);
    if (left !== undefined) left.programs -= to - from;
    const { programs, states } = this.seen.get(key) ?? { programs: 0, states: 0 };
    const sum = { programs: programs + to - from, states: states + result.states };
    this.seen.set(key, { ...sum, operations: operationsOf(shape) });
    this.states += result.states;
  }

  /** From 0 to 1; `began`: states of jobs that are under way. */
  share(began: number): number {
    let left = 0;
    for (const { shape, programs } of this.left.values()) left += programs * this.statesOf(shape);
    return (this.states + began) / Math.max(1, this.states + Math.max(left, began));
  }

  private statesOf(shape: Shape): number {
    const known = this.seen.get(shape.join(','));
    if (known !== undefined) return known.states / known.programs;
    const operations = operationsOf(shape);
    const all = [...this.seen.values()].sort((a, b) => b.operations - a.operations);
    const near = all.find((seen) => seen.operations <= operations) ?? all.at(-1);
    if (near === undefined) return perOperation ** operations;
    return (near.states / near.programs) * perOperation ** (operations - near.operations);
  }
}

const operationsOf = (shape: Shape) => shape.reduce((sum, n) => sum + n, 0);
