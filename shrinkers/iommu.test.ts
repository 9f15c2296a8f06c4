// Passes over topologies and operations of the IOMMU stack, on predicates over programs.

import { expect, test } from 'vitest';
import type {
  IommuOp,
  IommuProgram,
  IommuTopology,
  OpOf,
} from '../engine/iommu/vocabulary/index.ts';
import { programSchema } from '../fuzz/finding/program.ts';
import { device, host, page, program } from '../fuzz/scenarios/iommu/hosts.ts';
import { ShrinkOracle } from '../fuzz/shrinkOracle.ts';
import { predicateInstance } from '../test/toys/program.ts';
import { defaultArguments, shorterLists } from './default-arguments.ts';
import { droppedBetween } from './dropped.ts';
import { opsOf } from './edit.ts';
import { fewerObjects } from './fewer-objects.ts';
import { lowerAddresses } from './lower-addresses.ts';
import { lowerSlots } from './lower-slots.ts';
import { namedBits } from './named-bits.ts';
import { plainerObjects } from './plainer-objects.ts';
import { type Pass, Shrinker } from './shrinker.ts';
import { smallerSingleValues, smallerValues } from './smaller-values.ts';

const budget = { replays: 10_000, states: 1e6, statesPerSearch: 1e5 };

/** Runs one pass on a program that fails if the predicate says so; what is left is a program. */
function apply(pass: Pass, start: IommuProgram, fails: (program: IommuProgram) => boolean) {
  const wanted = { property: 'predicate', key: 'predicate' };
  const instance = predicateInstance((p) => fails(p as unknown as IommuProgram));
  const oracle = new ShrinkOracle(instance, wanted);
  const from = oracle.reproduce(start, [])!;
  const shrinker = new Shrinker(oracle, from, budget, () => {});
  pass.run(shrinker);
  expect(programSchema.parse(shrinker.best.program)).toEqual(shrinker.best.program);
  const end = shrinker.best.program as IommuProgram;
  return {
    end,
    topology: end.topology,
    ops: opsOf(end),
    dropped: droppedBetween(from, shrinker.best),
  };
}

const claim = (group: number): IommuOp => ({ op: 'claim_group', group, owner: 1 });
const read = (device: number): IommuOp => ({ op: 'dma_read', device, iova: 0 });

const vmas = [0, 1].map((i) => ({ start: 0x10000 * (i + 1), end: 0x10000 * (i + 2), pa: 0x1000 }));

/** Two of everything, three devices: the third shares the second's group and is its alias. */
const two: IommuTopology = host({
  iommus: [{ driver: 'intel', cachingMode: true }, { driver: 'arm' }],
  groups: [{ defaultDomain: 'identity' }, {}],
  devices: [device(), device({ iommu: 1, group: 1 }), device({ iommu: 1, group: 1, aliasOf: 1 })],
  processes: [{ vmas, memlockPages: 3 }, { vmas }],
  containers: [{ process: 1 }, { process: 0 }],
  kvms: 2,
  allowUnsafeInterrupts: true,
});

test('what is not named goes: a group with its devices, containers, virtual machines, VMAs', () => {
  const { topology, dropped } = apply(fewerObjects, program(two, [], [[claim(1)]]), (p) =>
    p.tasks.some((t) => t.ops.some((op) => op.op === 'claim_group')),
  );
  expect(topology).toEqual({
    ...two,
    iommus: two.iommus.slice(0, 1),
    groups: two.groups.slice(0, 1),
    devices: [device()],
    processes: [{ vmas: [], memlockPages: 3 }],
    containers: [],
    kvms: 0,
  });
  expect(dropped).toEqual([
    'containers: 0 instead of 2',
    'kvms: 0 instead of 2',
    'groups: 1 instead of 2',
    'devices: 1 instead of 3',
    'iommus: 1 instead of 2',
    'processes: 1 instead of 2',
  ]);
});

test('another object stands in for one that is named', () => {
  const start = program(two, [], [[claim(1), read(2), read(1)]]);
  const { topology, ops } = apply(fewerObjects, start, (p) => opsOf(p).length === 3);
  expect(topology.devices).toEqual([device()]);
  expect(ops).toEqual([claim(0), read(0), read(0)]);
});

test('a group keeps a device, and an alias goes with what it is an alias of', () => {
  const start = program(two, [], [[claim(0), claim(1)]]);
  const { topology } = apply(fewerObjects, start, (p) => p.topology.groups.length === 2);
  expect(topology.devices).toEqual([device(), device({ group: 1 })]);
});

test('plainer objects: optional fields and members of lists', () => {
  const reserved = [0, 1].map((i) => ({ start: i * page, size: page, kind: 'direct' as const }));
  const virtio = { mmio: true, bypass: true, lastDomain: 3 } as const;
  const topology = {
    ...two,
    iommus: [{ driver: 'virtio', virtio, isolatedMsi: false } as const],
    devices: [device({ reserved, maxPasids: 4 }), device({ group: 1 })],
  };
  const { topology: left } = apply(plainerObjects, program(topology, [], [[claim(0)]]), (p) => {
    const [iommu] = p.topology.iommus;
    return iommu?.virtio?.bypass === true && p.topology.devices[0]?.reserved?.length !== undefined;
  });
  expect(left.iommus).toEqual([{ driver: 'virtio', virtio: { bypass: true } }]);
  expect(left.devices).toEqual([device({ reserved: [] }), device({ group: 1 })]);
  expect(left.groups).toEqual([{}, {}]);
  expect(left.processes[0]).toEqual({ vmas });
  expect(left).not.toHaveProperty('allowUnsafeInterrupts');
});

const map = (domain: number, iova: number, pa: number, prot?: number): IommuOp => ({
  op: 'iommu_map',
  domain,
  iova,
  pa,
  size: page,
  ...(prot !== undefined && { prot }),
});

test('slots are numbered in the order in which they are named', () => {
  const start = program(
    host(),
    [],
    [[map(7, 0, 0), { op: 'domain_free', domain: 3 }, map(7, 0, 0)]],
  );
  const { ops } = apply(lowerSlots, start, (p) => opsOf(p).length === 3);
  expect(ops).toEqual([map(0, 0, 0), { op: 'domain_free', domain: 1 }, map(0, 0, 0)]);
});

test('addresses of memory are lowered in operations, and stay in VMAs', () => {
  const high = program(
    host({ processes: [{ vmas: [{ start: 0x40000, end: 0x50000, pa: 0x9000 }] }] }),
    [],
    [[map(0, 0x8000, 0x5000, 3)]],
  );
  const fails = (p: IommuProgram) => opsOf(p).length === 1;
  const { topology } = apply(lowerAddresses, high, fails);
  expect(topology.processes).toEqual([{ vmas: [{ start: 0x10000, end: 0x11000, pa: 0x9000 }] }]);
  expect(apply(smallerValues, high, fails).ops).toEqual([map(0, 0, 0, 0)]);
  expect(apply(defaultArguments, high, fails).ops).toEqual([map(0, 0x8000, 0x5000)]);
});

test('lists lose members, and required flags stay', () => {
  const segments = [1, 2, 3].map((n) => ({ pa: n * page, size: page }));
  const ops: IommuOp[] = [
    { op: 'iommu_map_sg', domain: 0, iova: 0, segments },
    { op: 'clear_dirty_log', domain: 0, iova: 0, size: page, bits: [4, 5] },
    { op: 'vfio_dirty_pages', container: 0, flags: 1 },
  ];
  const start = program(host({ containers: [{ process: 0 }] }), [], [ops]);
  const withTwo = (p: IommuProgram) =>
    opsOf(p).some((op) => 'segments' in op && (op.segments as unknown[]).length >= 2);
  expect(apply(shorterLists, start, withTwo).ops.slice(0, 2)).toEqual([
    { op: 'iommu_map_sg', domain: 0, iova: 0, segments: segments.slice(0, 2) },
    { op: 'clear_dirty_log', domain: 0, iova: 0, size: page, bits: [4] },
  ]);
  expect(apply(defaultArguments, start, withTwo).ops.slice(1)).toEqual([
    { op: 'clear_dirty_log', domain: 0, iova: 0, size: page },
    { op: 'vfio_dirty_pages', container: 0, flags: 1 },
  ]);
});

test('a clear names its bits, and the sync goes; the bits follow the iova', () => {
  const log = (op: 'sync_dirty_log' | 'clear_dirty_log', more: object = {}) =>
    ({ op, domain: 0, iova: 2 * page, size: 2 * page, base: page, ...more }) as IommuOp;
  const start = program(host(), [log('sync_dirty_log')], [[log('clear_dirty_log')]]);
  const cleared = (p: IommuProgram) =>
    opsOf(p).flatMap((op) => (op.op === 'clear_dirty_log' ? [op as OpOf<'clear_dirty_log'>] : []));
  const synced = (p: IommuProgram) => opsOf(p).some((op) => op.op === 'sync_dirty_log');
  const named = apply(namedBits, start, (p) => synced(p) || cleared(p).some((op) => op.bits));
  expect(named.ops).toEqual([log('clear_dirty_log', { bits: [1, 2] })]);
  const lower = apply(smallerSingleValues, named.end, (p) =>
    cleared(p).every(({ iova, base = 0, bits = [] }) => bits[0] === (iova - base) / page),
  );
  expect(lower.ops).toMatchObject([{ iova: page, base: page, bits: [0, 1] }]);
});
