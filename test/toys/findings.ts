// A finding to show in tests, and a generator of arbitrary ones. Not part of the tool.

import fc from 'fast-check';
import { faultSites, type Op, type Program } from '../../engine/vfio/vocabulary.ts';
import { type Finding, schemaVersion, type Size } from '../../fuzz/finding/schema.ts';

/** One process, one group, one v2 container; a mapping races the unregistration of its memory. */
export const sampleProgram: Program = {
  system: 'spapr',
  topology: {
    geometry: {
      name: 'small',
      pageShift: 12,
      tce32Start: 0,
      tce32Size: 0x4000,
      tce64Start: 2 ** 59,
      pgsizes: 0x1000,
      maxLevels: 1,
      maxDynamicWindows: 2,
      eeh: false,
      ownTablesOnly: false,
    },
    processes: [{ vmas: [{ start: 0x10000, end: 0x20000, pageShift: 12 }] }],
    groups: [{ kind: 'ddw', family: 0 }],
    containers: [{ version: 2, process: 0 }],
  },
  setup: [
    { op: 'attach', container: 0, group: 0 },
    { op: 'register', container: 0, va: 0x10000, size: 0x2000 },
  ],
  tasks: [
    { process: 0, ops: [{ op: 'map', container: 0, iova: 0, va: 0x10000, size: 0x2000 }] },
    { process: 0, ops: [{ op: 'unregister', container: 0, va: 0x10000, size: 0x2000 }] },
  ],
  faults: { budget: 0, sites: [] },
};

export const sampleFinding: Finding = {
  tool: 'iommucheck',
  toolVersion: '0.1.0',
  schema: schemaVersion,
  revision: 'reference',
  deltas: ['B1'],
  program: sampleProgram,
  decisions: {
    schedule: [
      ['setup', 40],
      ['T0', 12],
      ['T1', 9],
      ['T0', 3],
    ],
    choices: [[44, 1]],
  },
  property: 'MAP-001',
  key: 'hole',
  message: 'MAP returns 0, but entry 1 of 2 is not written',
  traceDigest: 'ab'.repeat(32),
  evidence: {
    objects: [{ name: 'table0', kind: 'iommu_table', before: { 'tce[1]': '0' }, after: {} }],
    counts: { written: 1, asked: 2 },
    sites: [{ step: 60, task: 'T1', op: 'unregister', verb: 'cmpxchg 1→0', cell: 'mem.mapped' }],
  },
  size: { operations: 4, tasks: 2, preemptions: 1, switches: 2 },
  seed: { campaign: '7', run: 12, scheduler: 'pct' },
};

const u64 = fc.oneof(
  fc.nat({ max: 64 }),
  fc.maxSafeNat(),
  fc.bigInt(0n, (1n << 52n) - 1n).map((page) => Number(page << 12n)),
);
const index = fc.constant(0);
/** Records in which all but the `required` keys may be absent. */
const sparse = <T>(shape: Record<string, fc.Arbitrary<unknown>>, required: string[]) =>
  fc.record(shape, { requiredKeys: required }) as unknown as fc.Arbitrary<T>;

const op = fc.oneof(
  fc.record({ op: fc.constantFrom('attach', 'detach'), container: index, group: index }),
  fc.record({ op: fc.constantFrom('close', 'enable', 'eeh'), container: index }),
  sparse<Op>(
    {
      op: fc.constant('map'),
      container: index,
      iova: u64,
      va: u64,
      size: u64,
      flags: fc.nat(),
      shortArgsz: fc.constant(true),
    },
    ['op', 'container', 'iova', 'va', 'size'],
  ),
  fc.record({ op: fc.constant('remove'), container: index, start: u64 }),
) as fc.Arbitrary<Op>;

const program: fc.Arbitrary<Program> = fc.record({
  system: fc.constant('spapr' as const),
  topology: fc.constant(sampleProgram.topology),
  setup: fc.array(op, { maxLength: 4 }),
  tasks: fc.array(fc.record({ process: index, ops: fc.array(op, { maxLength: 4 }) })),
  faults: fc.record({ budget: fc.nat(3), sites: fc.subarray([...faultSites]) }),
});

const name = fc.string({ minLength: 1, unit: 'binary' });
const size: fc.Arbitrary<Size> = fc.record({
  operations: fc.nat(),
  tasks: fc.nat(),
  preemptions: fc.nat(),
  switches: fc.nat(),
});

const decisions = fc
  .array(fc.tuple(name, fc.integer({ min: 1, max: 99 })), { minLength: 1 })
  .chain((schedule) => {
    const steps = schedule.reduce((n, [, run]) => n + run, 0);
    const choice = fc.tuple(fc.nat(steps - 1), fc.integer({ min: 1, max: 9 }));
    return fc
      .uniqueArray(choice, { selector: ([step]) => step, maxLength: 5 })
      .map((choices) => ({ schedule, choices: choices.sort(([a], [b]) => a - b) }));
  });

/** JSON readers and plain objects do not agree on what this one key means. */
const countName = fc.string().filter((name) => name !== '__proto__');

/** Findings of every shape that the schema admits, on one topology. */
export const anyFinding: fc.Arbitrary<Finding> = sparse<Finding>(
  {
    tool: fc.constant('iommucheck'),
    toolVersion: name,
    schema: fc.constant(schemaVersion),
    revision: name,
    deltas: fc.array(name),
    program,
    decisions,
    property: name,
    key: fc.string(),
    message: fc.string({ unit: 'binary' }),
    traceDigest: fc.string({ minLength: 64, maxLength: 64, unit: fc.constantFrom('0', 'a', 'f') }),
    evidence: fc.record({
      objects: fc.constant([]),
      counts: fc.dictionary(countName, fc.integer(), { noNullPrototype: true }),
      sites: fc.constant(sampleFinding.evidence.sites),
    }),
    size,
    seed: fc.record({ campaign: name, run: fc.nat() }),
    shrinking: fc.record({ from: size, dropped: fc.array(name) }),
  },
  Object.keys(sampleFinding).filter((key) => key !== 'seed'),
);
