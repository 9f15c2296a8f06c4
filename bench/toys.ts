// The runtime alone, on the toy workload whose peers' numbers are known: W of three or four tasks.

import { DataRaces } from '../engine/runtime/index.ts';
import { ExhaustiveSearch } from '../fuzz/explore/exhaustive.ts';
import { Rng } from '../fuzz/rng.ts';
import { Runner, type RunObserver } from '../fuzz/run.ts';
import { RandomWalk } from '../fuzz/schedulers/random.ts';
import type { Bench } from './harness.ts';
import { toyW } from './workload/w.ts';

const runs = 40_000;

/** Steps of random runs, one after the other from one seed, their decisions recorded. */
function randomSteps(observer: RunObserver | null): () => number {
  const runner = new Runner(toyW('A', 3, 3), { maxSteps: 1000, observer });
  return () => {
    const walk = new RandomWalk(Rng.seeded('bench'));
    let steps = 0;
    for (let i = 0; i < runs; i++) steps += runner.run(walk).steps;
    return steps;
  };
}

function searchB44() {
  const { executor } = toyW('B', 4, 4);
  // B is wrong: nobody judges, so that all of it is searched.
  const judge = { quiescent() {}, final() {} };
  const options = { maxStates: 1e7, maxDepth: 1000, preemptions: Number.POSITIVE_INFINITY };
  return new ExhaustiveSearch(executor, judge, { ...options, onViolation: () => true }).run();
}

export const toyBenches: readonly Bench[] = [
  {
    name: 'toy A(3,3), random, no detector',
    unit: 'steps/s',
    kind: 'rate',
    target: 8e6,
    run: randomSteps(null),
  },
  {
    name: 'toy A(3,3), random, data races detected',
    unit: 'steps/s',
    kind: 'rate',
    target: 4e6,
    run: randomSteps(new DataRaces()),
  },
  {
    name: 'toy B(4,4), exhaustive',
    unit: 'states/s',
    kind: 'rate',
    target: 1e6,
    run: () => searchB44().states,
  },
  {
    name: 'toy B(4,4), visited set',
    unit: 'bytes/state',
    kind: 'size',
    target: 16,
    run: () => searchB44().bytesPerState,
  },
];
