// Each pass alone: on predicates over programs where only the program matters, on toggles where the
// schedule does.

import { expect, test } from 'vitest';
import type { Op, Program, Topology } from '../engine/vfio/vocabulary.ts';
import { ShrinkOracle } from '../fuzz/shrinkOracle.ts';
import { failingWalk } from '../test/toys/walk.ts';
import {
  map,
  plain,
  predicateInstance,
  register,
  toyInstance,
  toyProgram,
} from '../test/toys/program.ts';
import { defaultArguments } from './default-arguments.ts';
import { dropOperations, dropPairs } from './drop-operations.ts';
import { dropTasks } from './drop-tasks.ts';
import { earlyPreemptions } from './early-preemptions.ts';
import { opsOf } from './edit.ts';
import { fewerFaultSites, fewerRefusals } from './fewer-refusals.ts';
import { fewerObjects } from './fewer-objects.ts';
import { fewerPreemptions } from './fewer-preemptions.ts';
import { fewerSwitches } from './fewer-switches.ts';
import { passes } from './index.ts';
import { lowerAddresses } from './lower-addresses.ts';
import { mergeTwoTasks } from './merge-tasks.ts';
import { plainerObjects } from './plainer-objects.ts';
import type { Failing } from './run.ts';
import { type Pass, Shrinker } from './shrinker.ts';
import { smallerSingleValues, smallerValues } from './smaller-values.ts';
import { tasksInOrder } from './tasks-in-order.ts';
import { operationsToSetup } from './to-setup.ts';

const budget = { replays: 10_000, states: 1e6, statesPerSearch: 1e5 };

/** Runs one pass on a failing program whose failure depends on the program alone. */
function apply(pass: Pass, program: Program, fails: (program: Program) => boolean): Shrinker {
  const wanted = { property: 'predicate', key: 'predicate' };
  const oracle = new ShrinkOracle(predicateInstance(fails), wanted);
  const shrinker = new Shrinker(oracle, oracle.reproduce(program, [])!, budget, () => {});
  pass.run(shrinker);
  return shrinker;
}

/** Runs one pass on a failing run of the toy engine. */
function applyTo(failing: Failing, pass: Pass, searching = false): Shrinker {
  const oracle = new ShrinkOracle(toyInstance, failing);
  const start = oracle.reproduce(failing.program, failing.decisions)!;
  const shrinker = new Shrinker(oracle, start, budget, () => {});
  shrinker.searching = searching;
  pass.run(shrinker);
  return shrinker;
}

/** The toy's programs are of SPAPR. */
const topologyOf = ({ best }: Shrinker) => best.program.topology as Topology;

const count = (program: Program, name: Op['op']) =>
  opsOf(program).filter((op) => op.op === name).length;

const text = ({ best: { program } }: Shrinker) =>
  [program.setup, ...program.tasks.map((t) => t.ops)]
    .map((ops) => ops.map((op) => op.op).join(' '))
    .join(' | ');

const info = plain('info');
const enable = plain('enable');
const disable = plain('disable');
const close = plain('close');

test('drop a task: all that are not needed', () => {
  const program = toyProgram([[info], [enable], [info], [close, info]]);
  const end = apply(dropTasks, program, (p) => count(p, 'close') + count(p, 'enable') === 2);
  expect(text(end)).toBe(' | enable | close info');
});

test('drop operations: chunks and single ones, in setup and tasks', () => {
  const program = toyProgram(
    [
      [info, close, info],
      [info, info, enable],
    ],
    [info, info, disable],
  );
  const end = apply(dropOperations, program, (p) =>
    (['close', 'enable', 'disable'] as const).every((name) => count(p, name) === 1),
  );
  expect(text(end)).toBe('disable | close | enable');
});

test('drop a pair: two in the middle that only go together', () => {
  const program = toyProgram([[close, enable, info, disable, close]]);
  const balanced = (p: Program) => count(p, 'enable') === count(p, 'disable');
  const fails = (p: Program) => balanced(p) && count(p, 'close') === 2 && count(p, 'info') === 1;
  expect(text(apply(dropOperations, program, fails))).toBe(' | close enable info disable close');
  expect(text(apply(dropPairs, program, fails))).toBe(' | close info close');
});

test('merge two tasks: only where they need not run side by side', () => {
  const program = toyProgram([[enable], [info], [close]]);
  const together = (p: Program) =>
    p.tasks.some((t) => t.ops.includes(enable) && t.ops.includes(close));
  const end = apply(mergeTwoTasks, program, (p) => opsOf(p).length === 3 && !together(p));
  expect(text(end)).toBe(' | enable info | close');
});

test('to the setup: a prefix wanders over in order, and one operation stays', () => {
  const program = toyProgram([[enable, info, disable]]);
  const fails = (p: Program) => opsOf(p).length === 3;
  expect(text(apply(operationsToSetup, program, fails))).toBe('enable info | disable');
  const inTask = (p: Program) => p.tasks[0]?.ops.includes(enable) === true;
  const kept = apply(operationsToSetup, program, (p) => fails(p) && inTask(p));
  expect(text(kept)).toBe('info disable | enable');
});

const lostUpdate = (seed: string) =>
  failingWalk(
    toyProgram([
      [register(0), register(1)],
      [map(2), map(3)],
      [info, info, info],
    ]),
    toyInstance,
    seed,
    'count',
    (f) => new Set(f.decisions.slice(0, 6).map((d) => d.task)).size === 3,
  );

test('fewer preemptions: edits alone come down to one, search to none where none is needed', () => {
  for (const seed of ['p', 'q', 'r', 's']) {
    const end = applyTo(lostUpdate(seed), fewerPreemptions);
    expect(end.size.preemptions).toBe(1);
    expect(end.states).toBe(0);
  }
  const refused = failingWalk(
    toyProgram(
      [
        [enable, disable],
        [info, disable],
      ],
      [],
      1,
    ),
    toyInstance,
    'z',
  );
  expect(applyTo(refused, fewerPreemptions, true).size.preemptions).toBe(0);
});

test('fewer switches: blocks of one task meet, and blocks that do not matter go', () => {
  for (const seed of ['p', 'q', 'r', 's']) {
    const end = applyTo(lostUpdate(seed), fewerSwitches);
    expect(end.size.switches).toBe(2);
  }
});

test('fewer refusals: answers, then sites and budget', () => {
  const program = toyProgram([[enable, disable]], [], 2);
  const failing = failingWalk(program, toyInstance, 'r', 'disable cannot pin', (f) => {
    return f.decisions.filter((d) => d.choice === 1).length === 2;
  });
  const end = applyTo(failing, fewerRefusals);
  expect(end.size.refusals).toBe(1);
  fewerFaultSites.run(end);
  expect(end.best.program.faults).toEqual({ budget: 1, sites: [] });
});

test('fewer objects: unused ones go, others are merged, references follow', () => {
  const plainProgram = toyProgram([
    [{ op: 'attach', container: 2, group: 1 }],
    [{ op: 'attach', container: 1, group: 2 }],
  ]);
  const { topology } = plainProgram;
  const three = <T>(one: T): T[] => [one, one, one];
  const program: Program = {
    ...plainProgram,
    topology: {
      ...topology,
      groups: three(topology.groups[0]!),
      processes: three({ vmas: three({ start: 0, end: 4096, pageShift: 12 }) }),
      containers: [0, 1, 2].map((process) => ({ version: 2, process })),
    },
    tasks: plainProgram.tasks.map((task) => ({ ...task, process: 1 })),
  };
  const groups = (p: Program) =>
    (opsOf(p) as Op[]).map((op) => (op.op === 'attach' ? op.group : -1));
  const fails = (p: Program) => new Set(groups(p)).size === 2 && !groups(p).includes(9);
  const end = apply(fewerObjects, program, fails);
  const { best } = end;
  expect(best.program.topology).toMatchObject({
    containers: [{ process: 0 }],
    processes: [{ vmas: [] }],
  });
  expect(topologyOf(end).groups).toHaveLength(2);
  expect(new Set(groups(best.program as Program))).toEqual(new Set([0, 1]));
  expect(best.program.tasks.map((t) => t.process)).toEqual([0, 0]);
});

test('plainer objects: peculiarities that do not matter are left out', () => {
  const base = toyProgram([[info]]);
  const topology = {
    ...base.topology,
    processes: [{ memlockPages: 3, vmas: [] }],
    groups: [{ kind: 'legacy', family: 0, noWindow: true, kernelDmaLive: true }],
  } as const;
  const end = apply(plainerObjects, { ...base, topology }, (p) => {
    return p.topology.groups[0]?.noWindow === true;
  });
  expect(topologyOf(end).groups).toEqual([{ kind: 'legacy', family: 0, noWindow: true }]);
  expect(topologyOf(end).processes).toEqual([{ vmas: [] }]);
});

const unmap = (iova: number, size: number): Op => ({ op: 'unmap', container: 0, iova, size });
const mapAt = (iova: number, size: number, flags = 3): Op => ({
  op: 'map',
  container: 0,
  iova,
  va: 0x20000,
  size,
  flags,
});

test('smaller values: equal ones stay equal, and bounds are found', () => {
  const program = toyProgram([[mapAt(0x40000, 0x20000), unmap(0x40000, 0x20000)]]);
  const { best } = apply(smallerValues, program, (p) => {
    const [a, b] = opsOf(p) as [Op & { op: 'map' }, Op & { op: 'unmap' }];
    return a.iova === b.iova && a.size === b.size && a.size >= 0x5000 && a.flags === 3;
  });
  expect(opsOf(best.program)).toEqual([
    { op: 'map', container: 0, iova: 0, va: 0, size: 0x5000, flags: 3 },
    { op: 'unmap', container: 0, iova: 0, size: 0x5000 },
  ]);
});

test('smaller single values: one of two equal ones', () => {
  const program = toyProgram([[unmap(0x40000, 0x4000)]], [unmap(0x40000, 0x4000)]);
  const { best } = apply(smallerSingleValues, program, (p) => {
    const [a, b] = opsOf(p) as (Op & { op: 'unmap' })[];
    return a!.size === 0x4000 && b!.iova === 0x40000;
  });
  expect(opsOf(best.program)).toEqual([unmap(0, 0x4000), unmap(0x40000, 0x1000)]);
});

test('default arguments: flags and marks of bad calls', () => {
  const bad: Op = { op: 'unmap', container: 0, iova: 0, size: 4096, flags: 1, badPointer: true };
  const { best } = apply(defaultArguments, toyProgram([[bad]], [mapAt(0, 4096)]), (p) => {
    return opsOf(p).some((op) => 'badPointer' in op);
  });
  expect(opsOf(best.program)).toEqual([
    { op: 'map', container: 0, iova: 0, va: 0x20000, size: 4096 },
    { op: 'unmap', container: 0, iova: 0, size: 4096, badPointer: true },
  ]);
});

test('lower addresses: what lies in a VMA moves with it, distances stay', () => {
  const base = toyProgram([[mapAt(0x41000, 4096), unmap(0x40000, 0x2000)]]);
  const vmas = [{ start: 0x1f000, end: 0x30000, pageShift: 16 }];
  const program = { ...base, topology: { ...base.topology, processes: [{ vmas }] } };
  const end = apply(lowerAddresses, program, (p) => {
    const [a, b] = opsOf(p) as [Op & { op: 'map' }, Op & { op: 'unmap' }];
    const vma = p.topology.processes[0]!.vmas[0]!;
    return a.va === vma.start + 0x1000 && vma.end >= a.va + 4096 && a.iova === b.iova + 4096;
  });
  expect(opsOf(end.best.program)).toMatchObject([{ iova: 0x1000, va: 0x11000 }, { iova: 0 }]);
  expect(topologyOf(end).processes[0]!.vmas).toEqual([
    { start: 0x10000, end: 0x12000, pageShift: 12 },
  ]);
});

test('earlier preemptions: as early as the failure allows, with no step more', () => {
  const { best, size } = applyTo(lostUpdate('p'), fewerSwitches);
  const end = applyTo({ ...best, property: 'count', key: 'count' }, earlyPreemptions);
  expect(end.size).toMatchObject({ preemptions: 1, switches: 2 });
  expect(end.size.steps).toBeLessThanOrEqual(size.steps);
  expect(end.size.lateness).toBeLessThan(size.lateness);
});

test('tasks in order: numbered as they start', () => {
  const failing = failingWalk(
    toyProgram([[map(0)], [register(1)]]),
    toyInstance,
    'o',
    'count',
    (f) => {
      return f.decisions[0]?.task === 2;
    },
  );
  const end = applyTo(failing, tasksInOrder);
  expect(text(end)).toBe(' | register | map');
  expect(end.best.decisions[0]?.task).toBe(1);
});

test('no pass takes a run for smaller that is not, or loses the failure', () => {
  for (const pass of passes) {
    const end = applyTo(lostUpdate('p'), pass, true);
    const { program, decisions } = end.best;
    const oracle = new ShrinkOracle(toyInstance, { property: 'count', key: 'count' });
    expect(oracle.reproduce(program, decisions)?.decisions, pass.name).toEqual(decisions);
  }
});
