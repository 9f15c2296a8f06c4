// The runtime alone, on the toy workload whose peers' numbers are known: W of three or four tasks.

import { DataRaces } from '../engine/runtime/index.ts';
import { StatelessSearch } from '../fuzz/explore/dpor.ts';
import { ExhaustiveSearch } from '../fuzz/explore/exhaustive.ts';
import { type Reduction, reductions } from '../fuzz/explore/reductions.ts';
import { Visited } from '../fuzz/explore/visited.ts';
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

function searchB44(reductions: readonly Reduction[] = []) {
  const { executor } = toyW('B', 4, 4);
  // B is wrong: nobody judges, so that all of it is searched.
  const judge = { quiescent() {}, final() {} };
  const options = { maxStates: 1e7, maxDepth: 1000, preemptions: Number.POSITIVE_INFINITY };
  const all = { ...options, reductions, onViolation: () => true };
  return new ExhaustiveSearch(executor, judge, all).run();
}

/** Traces of B(3,3) by the stateless search. */
function tracesB33(): number {
  const { executor } = toyW('B', 3, 3);
  const judge = { quiescent() {}, final() {} };
  const options = { maxRuns: 1e9, maxDepth: 1000, quiescent: false, onViolation: () => true };
  return new StatelessSearch(executor, judge, options).run().traces;
}

/** Memory of the whole process, in MiB, with this many visited states. */
function memoryOf(states: number): number {
  const visited = new Visited();
  const rng = Rng.seeded('visited');
  while (visited.size < states) visited.add(rng.next(2 ** 32) | 0, rng.next(2 ** 32) | 0);
  return process.memoryUsage.rss() / 2 ** 20;
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
    target: 2e6,
    run: () => searchB44().states,
  },
  {
    name: 'toy B(4,4), exhaustive, all reductions',
    unit: 'states/s',
    kind: 'rate',
    target: 500e3,
    run: () => searchB44(reductions).states,
  },
  {
    name: 'toy B(3,3), stateless',
    unit: 'traces/s',
    kind: 'rate',
    target: 100e3,
    run: tracesB33,
  },
  {
    name: 'process with 100 M visited states',
    unit: 'MiB',
    kind: 'size',
    target: 2048,
    run: () => memoryOf(100e6),
  },
  {
    name: 'toy B(4,4), visited set',
    unit: 'bytes/state',
    kind: 'size',
    target: 16,
    run: () => searchB44().bytesPerState,
  },
];
