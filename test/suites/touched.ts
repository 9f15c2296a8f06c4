// Which scenarios can tell a delta from the reference: those in which some step that it replaces runs.
// In all others the engine with the delta is the reference, step by step.

import { deltas } from '../../engine/defects/index.ts';
import type { AnyDelta } from '../../engine/index.ts';
import { bootIommuKernel } from '../../engine/iommu/kernel.ts';
import type { System } from '../../engine/program.ts';
import { bootKernel } from '../../engine/vfio/spapr/kernel.ts';
import { ExhaustiveSearch } from '../../fuzz/explore/exhaustive.ts';
import { instantiate } from '../../fuzz/instance.ts';
import type { Scenario } from '../../fuzz/scenarios/index.ts';
import { Host } from '../engine/host.ts';
import { maxStates } from './search.ts';

const kernels = {
  spapr: bootKernel(new Host([]).world, []),
  iommu: bootIommuKernel({}, [], null),
} as unknown as Readonly<Record<System, Readonly<Record<string, unknown>>>>;

/** The reference's own steps as deltas, one each: they change nothing, and tell when they run. */
function observers(system: System): AnyDelta[] {
  const own = deltas.filter((d) => d.system === system);
  const names = new Set(own.flatMap((d) => Object.keys(d.steps)));
  return [...names].map((name) => ({
    id: name,
    system,
    kind: 'divergence',
    title: '',
    source: '',
    class: '',
    violates: null,
    trigger: '',
    steps: { [name]: kernels[system][name] },
  }));
}

const observing = { spapr: observers('spapr'), iommu: observers('iommu') };
const known = new Map<Scenario, ReadonlySet<string>>();

/** Names of the steps that deltas replace and that run in the scenario on the reference. */
function stepsOf(scenario: Scenario): ReadonlySet<string> {
  let names = known.get(scenario);
  if (names === undefined) known.set(scenario, (names = observe(scenario)));
  return names;
}

function observe({ program }: Scenario): ReadonlySet<string> {
  const names = new Set<string>();
  const { executor, judge } = instantiate(program, observing[program.system], (n) => names.add(n));
  new ExhaustiveSearch(executor, judge, {
    maxStates,
    maxDepth: 20_000,
    preemptions: Number.POSITIVE_INFINITY,
    onViolation: () => true,
  }).run();
  return names;
}

/** Whether the scenario runs a step that the delta replaces. */
export function touches(delta: AnyDelta, scenario: Scenario): boolean {
  const names = stepsOf(scenario);
  return Object.keys(delta.steps).some((name) => names.has(name));
}
