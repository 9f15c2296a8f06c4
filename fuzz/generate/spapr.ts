// Random concurrent programs of SPAPR registration by fast-check: a host, a setup that makes things interesting, and tasks
// that get in each other's way because there is little to choose from.

import fc from 'fast-check';
import type { Op, SpaprProgram, Topology } from '../../engine/index.ts';
import {
  type FaultSite,
  faultSites,
  type Geometry,
  type GroupSpec,
} from '../../engine/vfio/vocabulary.ts';
import { memory, page, smallGeometry } from '../scenarios/scenario.ts';

/** Pages of memory that programs use; the last one cannot be pinned. */
const pages = 7;

const ddw: GroupSpec = { kind: 'ddw', family: 0 };
const other: GroupSpec = { kind: 'ddw', family: 1 };
const legacy: GroupSpec = { kind: 'legacy', family: 2, tables: [{ itMap: true }, null] };

const group = fc.oneof(
  { weight: 8, arbitrary: fc.constant(ddw) },
  { weight: 1, arbitrary: fc.constant(other) },
  { weight: 1, arbitrary: fc.constant(legacy) },
  { weight: 1, arbitrary: fc.constant<GroupSpec>({ ...ddw, noTableGroup: true }) },
);

/** The default window of a POWER9 host is 2 GiB; here the same numbers with room for a few entries. */
const geometry: fc.Arbitrary<Geometry> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(smallGeometry) },
  {
    weight: 1,
    arbitrary: fc.constant<Geometry>({
      ...smallGeometry,
      name: 'real',
      tce32Size: 2 ** 31,
      tce64Start: 2 ** 59,
      pgsizes: 0x40211000,
      maxLevels: 5,
    }),
  },
);

const topology: fc.Arbitrary<Topology> = fc
  .record({
    geometry,
    groups: fc.array(group, { minLength: 1, maxLength: 2 }),
    versions: fc.array(
      fc.oneof({ weight: 5, arbitrary: fc.constant(2 as const) }, fc.constant(1 as const)),
      {
        minLength: 1,
        maxLength: 2,
      },
    ),
    processes: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.constant(2)),
    memlockPages: fc.option(fc.integer({ min: 1, max: 8 }), { freq: 8, nil: undefined }),
  })
  .map(({ geometry, groups, versions, processes, memlockPages }) => {
    const vmas = [{ start: memory, end: memory + (pages - 1) * page, pageShift: 12 }];
    const limit = memlockPages === undefined ? {} : { memlockPages };
    return {
      geometry,
      groups,
      processes: Array.from({ length: processes }, () => ({ vmas, ...limit })),
      containers: versions.map((version) => ({ version, process: 0 })),
    };
  });

function opOf({ geometry, groups, containers }: Topology): fc.Arbitrary<Op> {
  const container = fc.nat({ max: containers.length - 1 });
  const group = fc.nat({ max: groups.length - 1 });
  const va = fc.nat({ max: pages - 1 }).map((n) => memory + n * page);
  const size = fc.integer({ min: 1, max: 3 }).map((n) => n * page);
  const entry = fc.nat({ max: 3 }).map((n) => n * page);
  const high = entry.map((iova) => geometry.tce64Start + iova);
  const iova = fc.oneof(
    { weight: 9, arbitrary: entry },
    { weight: 2, arbitrary: high },
    { weight: 1, arbitrary: fc.constant(0x800) },
  );
  const start = fc.constantFrom(0, page, geometry.tce64Start);
  const windowSize = fc.constantFrom(4 * page, 16 * page, 3 * page);
  const op = (name: Op['op'], fields: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
    fc.record({
      op: fc.constant(name),
      container,
      ...fields,
    }) as fc.Arbitrary<unknown> as fc.Arbitrary<Op>;
  return fc.oneof(
    { weight: 10, arbitrary: op('register', { va, size }) },
    { weight: 10, arbitrary: op('unregister', { va, size }) },
    { weight: 14, arbitrary: op('map', { iova, va, size }) },
    { weight: 10, arbitrary: op('unmap', { iova, size }) },
    { weight: 4, arbitrary: op('attach', { group }) },
    { weight: 3, arbitrary: op('detach', { group }) },
    {
      weight: 3,
      arbitrary: op('create', {
        pageShift: fc.constantFrom(12, 16),
        windowSize,
        levels: fc.constantFrom(1, 1, 2),
      }),
    },
    { weight: 3, arbitrary: op('remove', { start }) },
    { weight: 2, arbitrary: op('enable', {}) },
    { weight: 1, arbitrary: op('disable', {}) },
    { weight: 1, arbitrary: op('close', {}) },
    { weight: 1, arbitrary: op('info', {}) },
    { weight: 1, arbitrary: op('checkExtension', { extension: fc.constantFrom(2, 5, 7, 1) }) },
  );
}

const faults: fc.Arbitrary<SpaprProgram['faults']> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ budget: 0, sites: [] }) },
  fc.subarray<FaultSite>([...faultSites], { minLength: 1 }).map((sites) => ({ budget: 1, sites })),
);

/** Most programs begin with a container that has a group and some memory. */
function setupOf({ containers }: Topology, op: fc.Arbitrary<Op>): fc.Arbitrary<Op[]> {
  const ready = containers.flatMap((_, container): Op[] => [
    { op: 'attach', container, group: container },
    { op: 'enable', container },
    { op: 'register', container, va: memory, size: 2 * page },
  ]);
  const known = ready.filter((o) => o.op !== 'attach' || o.group === 0);
  return fc
    .tuple(fc.subarray(known, { minLength: 1 }), fc.array(op, { maxLength: 2 }))
    .map((p) => p.flat());
}

/** A program for up to three tasks of up to four operations each. */
export const program: fc.Arbitrary<SpaprProgram> = topology.chain((host) => {
  const op = opOf(host);
  const task = fc.record({
    process: fc.nat({ max: host.processes.length - 1 }),
    ops: fc.array(op, { minLength: 1, maxLength: 4 }),
  });
  return fc.record({
    system: fc.constant('spapr' as const),
    topology: fc.constant(host),
    setup: setupOf(host, op),
    tasks: fc.array(task, { minLength: 1, maxLength: 3 }),
    faults,
  });
});
