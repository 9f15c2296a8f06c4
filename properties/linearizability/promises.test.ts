// The promises are those of the reference: what is said to be one step of the machines is, and what is
// said to have parts that others see is shown by a program in which they do.

import { describe, expect, test } from 'vitest';
import type { AnyOp, Program } from '../../engine/program.ts';
import type { IommuOp, IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import type { Op, SpaprProgram } from '../../engine/index.ts';
import { oracle } from '../../model/index.ts';
import { iommuOracle, subjectOf } from '../../model/iommu/index.ts';
import { ExhaustiveSearch } from '../../fuzz/explore/exhaustive.ts';
import { instantiate } from '../../fuzz/instance.ts';
import { scenarioById, scenarios } from '../../fuzz/scenarios/index.ts';
import { host, program as iommuProgram } from '../../fuzz/scenarios/iommu/hosts.ts';
import {
  alloc,
  look,
  map as iommuMap,
  unmap as iommuUnmap,
} from '../../fuzz/scenarios/iommu/mappingOps.ts';
import {
  attach,
  create,
  map,
  program,
  register,
  remove,
  unmap,
  unregister,
} from '../../fuzz/scenarios/scenario.ts';
import { Calls } from '../calls.ts';
import type { Keyed } from '../canon.ts';
import {
  type Followed,
  type InFlight,
  type Machines,
  spaprSteps,
  Refinement,
} from '../configurations.ts';
import { callsOf, iommuSteps } from '../iommu/conformance.ts';
import { atomically, type OfOp } from './atomic.ts';
import { Orders } from './follow.ts';
import { iommuPromises } from './iommu.ts';
import { promiseOf, wholeOps } from './promise.ts';
import { spaprPromises } from './spapr.ts';

type AnyMachines = Machines<Keyed, InFlight<unknown> & OfOp, unknown>;
type AnyCall = Followed<InFlight<unknown> & OfOp>;

/** A program as the machines follow it. */
function followed(of: Program) {
  const lists: (readonly AnyOp[])[] = [of.setup, ...of.tasks.map(({ ops }) => ops)];
  if (of.system === 'spapr') {
    const { topology, faults } = of;
    const isClosed = lists.flat().some(({ op }) => op === 'close');
    const sites = faults.budget === 0 ? [] : faults.sites;
    const state: Keyed = oracle.initial(topology, sites, {}, isClosed);
    const calls = new Calls(of, new Refinement().numberOf);
    const callOf = (task: number, at: number) =>
      calls.all.filter((call) => call.task === task)[at] as AnyCall | undefined;
    return { machines: spaprSteps as unknown as AnyMachines, state, callOf, lists };
  }
  const { topology, faults } = of;
  const subject = subjectOf(lists.flat());
  const calls = subject === null ? [] : callsOf(lists as IommuOp[][], subject);
  const state: Keyed = iommuOracle.initial(topology, faults, {}, lists);
  const callOf = (task: number, at: number) =>
    (calls[task]?.[at] ?? undefined) as AnyCall | undefined;
  return { machines: iommuSteps as unknown as AnyMachines, state, callOf, lists };
}

/** Whether every run of the program on the reference has an order with these operations whole. */
function hasOrders(of: Program, isAtomic: (op: AnyOp) => boolean): boolean {
  const { machines, state, callOf, lists } = followed(of);
  const { executor, judge } = instantiate(of, []);
  const atomic = atomically(machines, (op) => isAtomic(op as AnyOp));
  const orders = new Orders(executor.heap, atomic, state, lists.length);
  const { listener } = executor;
  let isRight = true;
  executor.listener = {
    onBegin(task) {
      listener?.onBegin(task);
      const call = callOf(task.id, task.node.opIndex);
      if (call !== undefined) orders.begin(call);
    },
    onEnd(task, result, opIndex, watched) {
      listener?.onEnd(task, result, opIndex, watched);
      const call = callOf(task.id, opIndex);
      if (call !== undefined && orders.end(call, result, watched[0] as string) !== null)
        isRight = false;
    },
  };
  const { complete } = new ExhaustiveSearch(executor, judge, {
    maxStates: 100_000,
    maxDepth: 10_000,
    preemptions: Number.POSITIVE_INFINITY,
    onViolation: () => true,
  }).run();
  expect(complete).toBe(true);
  return isRight;
}

const bundled = (id: string) => scenarioById(id)?.program as Program;
const small = (setup: readonly IommuOp[], tasks: readonly (readonly IommuOp[])[]) =>
  iommuProgram(host(), [alloc, ...setup], tasks);

const seenInParts: readonly (readonly [op: string, where: string, Program])[] = [
  ['register', 'two register one region', bundled('two-containers-one-region')],
  ['unregister', 'a region that goes is mapped', bundled('map-unregister')],
  ['map', 'a region that goes is mapped', bundled('map-unregister')],
  [
    'unmap',
    'the entry is mapped again before the page is put',
    program(
      {},
      [attach(), register(0, 1), register(1, 1), map(0, 0, 1)],
      [[unmap(0, 1)], [map(0, 1, 1), unregister(0, 1)]],
    ),
  ],
  ['create', 'a group comes', program({}, [], [[create()], [unregister(0, 1), attach()]])],
  ['remove', 'a group comes', program({}, [], [[remove()], [unregister(0, 1), attach()]])],
  ['iommu_map', 'of several pages, taken back', bundled('mapping/rollback')],
  [
    'iommu_unmap',
    'of several pages, looked up one by one',
    small([iommuMap(1, 2)], [[iommuUnmap(1, 2)], [look(1), look(2)]]),
  ],
  ['probe_device', 'a driver binds early', bundled('ownership/bound-early')],
  [
    'remove_device',
    'the driver is gone, and the group is claimed',
    iommuProgram(
      host(),
      [{ op: 'use_default_domain', device: 0 }],
      [[{ op: 'remove_device', device: 0 }], [{ op: 'claim_group', group: 0, owner: 1 }]],
    ),
  ],
  ['ioas_map', 'an area that is being filled', bundled('iommufd/map-or-unmap')],
  ['ioas_unmap', 'an area that is on its way', bundled('iommufd/unmap-twice')],
];

test.each(seenInParts)('%s is seen in parts: %s', (name, _, of) => {
  expect(hasOrders(of, () => false)).toBe(true);
  expect(hasOrders(of, ({ op }) => op === name)).toBe(false);
});

test('what is one step of the machines is', () => {
  const met = new Set<string>();
  for (const { program: of } of scenarios) {
    const { machines, state: initial, callOf, lists } = followed(of);
    const promises: Readonly<Record<string, { readonly promise: string }>> =
      of.system === 'spapr' ? spaprPromises : iommuPromises;
    // Where containers are closed, every call takes the descriptor first.
    if (lists.flat().some(({ op }) => op === 'close')) continue;
    let state: Keyed | undefined = initial;
    lists.forEach((ops, task) =>
      ops.forEach(({ op }, at) => {
        let pending = callOf(task, at)?.pending;
        for (let steps = 0; state !== undefined && pending?.done === null; steps++) {
          const next = machines.advance(state, pending);
          if (promises[op]?.promise === 'step') {
            met.add(op);
            expect([op, next.length > 0, next.every((n) => n.pending.done !== null)]).toEqual([
              op,
              true,
              true,
            ]);
          }
          ({ state, pending } = next[0] ?? { state: undefined, pending: undefined });
        }
      }),
    );
  }
  expect(met.size).toBeGreaterThan(20);
});

describe('where atomicity is promised', () => {
  const names = <O extends AnyOp>(ops: ReadonlySet<O>) => [...ops].map(({ op }) => op).join(' ');
  const ofIommu = (of: IommuProgram) => names(wholeOps<IommuOp, IommuProgram>(iommuPromises, of));
  const ofSpapr = (of: SpaprProgram) => names(wholeOps<Op, SpaprProgram>(spaprPromises, of));

  test('maps and unmaps of one page that somebody looks up', () => {
    expect(ofIommu(small([], [[iommuMap(1, 1)], [look(1)]]))).toBe('iommu_map');
    expect(ofIommu(small([], [[iommuMap(1, 2), iommuUnmap(1, 1)], [look(1)]]))).toBe('iommu_unmap');
    expect(ofIommu(small([], [[iommuMap(1, 1)], [iommuMap(2, 1)]]))).toBe('');
    const tasks = [[iommuMap(1, 1)], [look(1)]];
    const refusing = iommuProgram(host(), [alloc], tasks, ['iotlb_sync_map']);
    const virtio = iommuProgram(host({ iommus: [{ driver: 'virtio' }] }), [alloc], tasks);
    expect([ofIommu(refusing), ofIommu(virtio)]).toEqual(['', '']);
  });

  test('claims of an owner that one task makes', () => {
    const claim = { op: 'claim_group', group: 0, owner: 1 } as const;
    const release = { op: 'release_group', group: 0, owner: 1 } as const;
    const byDevice = { op: 'claim_device', device: 0, owner: 1 } as const;
    const other = { op: 'claim_group', group: 0, owner: 2 } as const;
    expect(ofIommu(small([], [[claim, release], [other]]))).toBe(
      'claim_group release_group claim_group',
    );
    expect(ofIommu(small([], [[claim], [byDevice, other]]))).toBe('claim_group');
  });

  test('one container of one process that stays open', () => {
    const tasks = [[attach()], [attach(), register(0, 1)]];
    expect(ofSpapr(program({}, [], tasks))).toBe('attach attach');
    expect(ofSpapr(program({ containers: [2, 2] }, [], tasks))).toBe('');
    expect(ofSpapr(program({ processes: 2 }, [], tasks))).toBe('');
    expect(ofSpapr(program({}, [], [...tasks, [{ op: 'close', container: 0 }]]))).toBe('');
  });

  test('not in a setup, and not where nothing runs beside it', () => {
    expect(ofSpapr(program({}, [attach()], [[register(0, 1)], [register(1, 1)]]))).toBe('');
    expect(ofSpapr(program({}, [], [[attach()], []]))).toBe('');
    expect(promiseOf(spaprPromises, attach())?.promise).toBe('whole');
    expect(promiseOf(iommuPromises, { op: 'dma_read', device: 0, iova: 0 })).toBeUndefined();
  });
});
