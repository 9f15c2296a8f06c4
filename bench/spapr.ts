// The whole SPAPR engine under all sanitizers and properties, as campaigns and checks run it.

import { DataRaces } from '../engine/runtime/index.ts';
import type { Program } from '../engine/index.ts';
import { ExhaustiveSearch } from '../fuzz/explore/exhaustive.ts';
import { defaultScheduler } from '../fuzz/campaign.ts';
import { programsOf, schedulesPerProgram } from '../fuzz/campaignService.ts';
import { instantiate } from '../fuzz/instance.ts';
import { derive } from '../fuzz/rng.ts';
import { Runner } from '../fuzz/run.ts';
import { Schedules } from '../fuzz/schedules.ts';
import { attach, map, program, register, unmap, unregister } from '../fuzz/scenarios/scenario.ts';
import type { Bench } from './harness.ts';

/** Three tasks that map, unmap, unregister and register: 10^5 to 10^6 states. */
const threeTasks: Program = program(
  {},
  [attach(), register(0, 1), register(1, 1)],
  [[map(0, 0, 1)], [map(0, 1, 1), unmap(0, 1)], [unregister(0, 1)]],
);

function searchThreeTasks() {
  const { executor, judge } = instantiate(threeTasks, []);
  const options = { maxStates: 1e7, maxDepth: 10_000, preemptions: Number.POSITIVE_INFINITY };
  return new ExhaustiveSearch(executor, judge, { ...options, onViolation: () => true }).run();
}

/** Random schedules of one program: what a long look at one program costs. */
function oneProgram(): () => number {
  const runner = new Runner(instantiate(threeTasks, []), {
    maxSteps: 10_000,
    observer: new DataRaces(),
  });
  const schedules = new Schedules('random');
  return () => {
    let steps = 0;
    for (let i = 0; i < 10_000; i++) steps += runner.run(schedules.next(derive('bench', i))).steps;
    return steps;
  };
}

/** A campaign: new random programs all the time, as many schedules of each as `fuzz` runs. */
function campaign(): number {
  let steps = 0;
  let programs = 0;
  for (const next of programsOf('bench')) {
    const runner = new Runner(instantiate(next, []), {
      maxSteps: 20_000,
      observer: new DataRaces(),
    });
    const schedules = new Schedules(defaultScheduler);
    for (let i = 0; i < schedulesPerProgram; i++)
      steps += runner.run(schedules.next(derive('bench', i))).steps;
    if (++programs === 200) break;
  }
  return steps;
}

export const spaprBenches: readonly Bench[] = [
  {
    name: 'spapr, random schedules of one program',
    unit: 'steps/s',
    kind: 'rate',
    target: 1e6,
    run: oneProgram(),
  },
  {
    name: 'spapr, campaign of random programs',
    unit: 'steps/s',
    kind: 'rate',
    target: 1e6,
    run: campaign,
  },
  {
    name: 'spapr, three tasks, exhaustive',
    unit: 'states/s',
    kind: 'rate',
    target: 300e3,
    run: () => searchThreeTasks().states,
  },
];
