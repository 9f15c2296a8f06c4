// The schema of a SPAPR program as a document: the vocabulary of engine/vfio, every key and every
// index checked. What the operations do is the engine's business.

import { z } from 'zod';
import { faultSites, type Program } from '../../engine/vfio/vocabulary.ts';
import { checkTasks, indexCheck, mostTasks, operations, type Report } from './indices.ts';
import { u64 } from './u64.ts';

const count = z.int().min(0);
const optional = z.exactOptional;
const flag = optional(z.literal(true));
const header = { shortArgsz: flag, badPointer: flag, flags: optional(count) };
const container = count;

export const spaprOpSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.enum(['attach', 'detach']), container, group: count }),
  z.strictObject({
    op: z.enum(['close', 'enable', 'disable', 'eeh', 'unknownIoctl']),
    container,
  }),
  z.strictObject({
    op: z.enum(['register', 'unregister']),
    container,
    va: u64,
    size: u64,
    ...header,
  }),
  z.strictObject({ op: z.literal('map'), container, iova: u64, va: u64, size: u64, ...header }),
  z.strictObject({ op: z.literal('unmap'), container, iova: u64, size: u64, ...header }),
  z.strictObject({
    op: z.literal('create'),
    container,
    pageShift: count,
    windowSize: u64,
    levels: count,
    readOnlyPointer: flag,
    ...header,
  }),
  z.strictObject({ op: z.literal('remove'), container, start: u64, ...header }),
  z.strictObject({
    op: z.literal('info'),
    container,
    shortArgsz: flag,
    badPointer: flag,
    readOnlyPointer: flag,
  }),
  z.strictObject({ op: z.literal('checkExtension'), container, extension: count }),
]);

const geometry = z.strictObject({
  name: z.string(),
  pageShift: count,
  tce32Start: u64,
  tce32Size: u64,
  tce64Start: u64,
  pgsizes: u64,
  maxLevels: count,
  maxDynamicWindows: count,
  eeh: z.boolean(),
  ownTablesOnly: z.boolean(),
});

const group = z.strictObject({
  kind: z.enum(['ddw', 'legacy']),
  family: count,
  noTableGroup: flag,
  kernelDmaLive: flag,
  tables: optional(
    z.array(z.nullable(z.strictObject({ itMap: z.boolean(), pageShift: optional(count) }))),
  ),
  noWindow: flag,
});

export const spaprTopologySchema = z.strictObject({
  geometry,
  processes: z.array(
    z.strictObject({
      memlockPages: optional(count),
      vmas: z.array(z.strictObject({ start: u64, end: u64, pageShift: count })),
    }),
  ),
  groups: z.array(group),
  containers: z.array(z.strictObject({ version: z.literal([1, 2]), process: count })),
});

/** Indices must name something that the topology has. */
function checkIndices(program: Program, report: Report): void {
  const { processes, groups, containers } = program.topology;
  const check = indexCheck(report);
  containers.forEach((c, i) =>
    check('process', c.process, processes.length, ['topology', 'containers', i, 'process']),
  );
  checkTasks(program, check);
  for (const [path, o] of operations(program)) {
    check('container', o.container, containers.length, [...path, 'container']);
    if ('group' in o) check('group', o.group, groups.length, [...path, 'group']);
  }
}

export const spaprProgramSchema = z
  .strictObject({
    system: z.literal('spapr'),
    topology: spaprTopologySchema,
    setup: z.array(spaprOpSchema),
    tasks: z.array(z.strictObject({ process: count, ops: z.array(spaprOpSchema) })).max(mostTasks),
    faults: z.strictObject({ budget: count, sites: z.array(z.enum(faultSites)) }),
  })
  .superRefine((program, context) => {
    checkIndices(program satisfies Program, (path, message) =>
      context.addIssue({ code: 'custom', path: [...path], message }),
    );
  });
