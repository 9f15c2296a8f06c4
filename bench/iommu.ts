// The whole IOMMU stack under all sanitizers and properties, as campaigns and checks run it.

import type { IommuOp, IommuProgram } from '../engine/iommu/index.ts';
import { DataRaces } from '../engine/runtime/index.ts';
import { ExhaustiveSearch } from '../fuzz/explore/exhaustive.ts';
import { defaultScheduler } from '../fuzz/campaign.ts';
import { programsOf, schedulesPerProgram } from '../fuzz/campaignService.ts';
import { instantiate } from '../fuzz/instance.ts';
import { derive } from '../fuzz/rng.ts';
import { Runner } from '../fuzz/run.ts';
import { Schedules } from '../fuzz/schedules.ts';
import { backing, host, page, program } from '../fuzz/scenarios/iommu/hosts.ts';
import type { Bench } from './harness.ts';

const domain = 0;
const map = (at: number): IommuOp => ({
  op: 'iommu_map',
  domain,
  iova: at * page,
  pa: backing + at * page,
  size: page,
});
const unmap = (at: number): IommuOp => ({
  op: 'iommu_unmap',
  domain,
  iova: at * page,
  size: page,
});
const write: IommuOp = { op: 'dma_write', device: 0, iova: 0 };

/** Two clients map and unmap neighbouring pages while a device writes: about 10^5 states. */
const mapUnmapWrite: IommuProgram = program(
  host(),
  [
    { op: 'domain_alloc', domain, device: 0, type: 'unmanaged' },
    { op: 'attach_group', domain, group: 0 },
    map(0),
  ],
  [
    [unmap(0), map(0)],
    [map(1), unmap(1)],
    [write, write],
  ],
);

function search() {
  const { executor, judge } = instantiate(mapUnmapWrite, []);
  const options = { maxStates: 1e7, maxDepth: 10_000, preemptions: Number.POSITIVE_INFINITY };
  return new ExhaustiveSearch(executor, judge, { ...options, onViolation: () => true }).run();
}

/** Random schedules of one program: what a long look at one program costs. */
function oneProgram(): () => number {
  const runner = new Runner(instantiate(mapUnmapWrite, []), {
    maxSteps: 10_000,
    observer: new DataRaces(),
  });
  const schedules = new Schedules('random');
  return () => {
    let steps = 0;
    for (let i = 0; i < 5_000; i++) steps += runner.run(schedules.next(derive('bench', i))).steps;
    return steps;
  };
}

/** A campaign over all subsystems of the stack: new random programs all the time. */
function campaign(): number {
  let steps = 0;
  let programs = 0;
  for (const next of programsOf('bench', ['mapping', 'virtio', 'ownership', 'dirty', 'cookie'])) {
    const runner = new Runner(instantiate(next, []), {
      maxSteps: 20_000,
      observer: new DataRaces(),
    });
    const schedules = new Schedules(defaultScheduler);
    for (let i = 0; i < schedulesPerProgram; i++)
      steps += runner.run(schedules.next(derive('bench', i))).steps;
    if (++programs === 100) break;
  }
  return steps;
}

export const iommuBenches: readonly Bench[] = [
  {
    name: 'iommu, random schedules of one program',
    unit: 'steps/s',
    kind: 'rate',
    target: 1e6,
    run: oneProgram(),
  },
  {
    name: 'iommu, campaign of random programs',
    unit: 'steps/s',
    kind: 'rate',
    target: 1e6,
    run: campaign,
  },
  {
    name: 'iommu, two clients and a device, exhaustive',
    unit: 'states/s',
    kind: 'rate',
    target: 300e3,
    run: () => search().states,
  },
];
