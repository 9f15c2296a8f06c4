// Random programs of drivers that use the DMA API, with a flush queue or without. A driver unmaps what
// it has mapped: addresses are handed out from the top, so that what the setup maps is known.

import fc from 'fast-check';
import type { DriverKind, IommuOp, IommuProgram } from '../../../engine/iommu/vocabulary/index.ts';
import { backing, device, host, page } from '../../scenarios/iommu/hosts.ts';
import { noRefusals, programOf, radix, refusals } from './hosts.ts';

/** The last page that the small tables reach: what the allocator hands out first. */
const top = 63;

const dmaMap = (n: number, by: number, pages = 1): IommuOp => ({
  op: 'dma_map',
  device: by,
  pa: backing + n * page,
  size: pages * page,
});

const use = (n: number, by: number, write: boolean): IommuOp => ({
  op: write ? 'dma_write' : 'dma_read',
  device: by,
  iova: (top - n) * page,
});

/** What becomes of a page that the setup has mapped. */
const life = fc.record({
  before: fc.boolean(),
  unmaps: fc.constantFrom(true, true, true, false),
  frees: fc.boolean(),
  again: fc.constantFrom('no', 'no', 'page', 'map'),
  write: fc.boolean(),
});

type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

function lifeOf(n: number, by: number, l: Life): IommuOp[] {
  const pa = backing + n * page;
  const ops: IommuOp[] = l.before ? [use(n, by, l.write)] : [];
  if (!l.unmaps) return ops;
  ops.push({ op: 'dma_unmap', device: by, iova: (top - n) * page, size: page });
  if (l.frees) ops.push({ op: 'page_free', pa });
  if (l.frees && l.again === 'page') ops.push({ op: 'page_alloc', pa });
  if (l.again === 'map') ops.push(dmaMap(8 + n, by));
  return ops;
}

const queue: IommuOp = { op: 'set_group_type', group: 0, type: 'dmaFq' };
const others: readonly IommuOp[] = [
  { op: 'fq_timeout', group: 0 },
  { op: 'fq_timeout', group: 0 },
  { op: 'set_group_type', group: 0, type: 'dmaFq' },
  { op: 'set_group_type', group: 0, type: 'dma' },
  { op: 'set_group_type', group: 0, type: 'identity' },
  { op: 'use_default_domain', device: 0 },
  ...[0, 1, 2].map((n) => use(n, 1, true)),
];

const bound = (driver: DriverKind, deferred: boolean) =>
  host({
    iommus: [{ driver }],
    devices: [
      device({ kernelDriver: true, ...(deferred ? { attachDeferred: true as const } : {}) }),
      device({ kernelDriver: true }),
    ],
  });

const unmaps: fc.Arbitrary<IommuProgram> = fc
  .record({
    driver: radix,
    queued: fc.boolean(),
    lives: fc.array(life, { minLength: 1, maxLength: 3 }),
    split: fc.boolean(),
    other: fc.array(fc.constantFrom(...others), { maxLength: 2 }),
  })
  .map(({ driver, queued, lives, split, other }) => {
    const by = lives.map((_, n) => (split ? n % 2 : 0));
    const ops = lives.map((l, n) => lifeOf(n, by[n] as number, l));
    return programOf({
      topology: bound(driver, false),
      setup: [...(queued ? [queue] : []), ...lives.map((_, n) => dmaMap(n, by[n] as number))],
      tasks: [0, 1].map((t) => ops.filter((_, n) => by[n] === t).flat()).concat([other]),
      faults: noRefusals,
    });
  });

const mapOp = fc
  .record({ n: fc.nat({ max: 3 }), by: fc.nat({ max: 1 }), pages: fc.constantFrom(1, 1, 2) })
  .map(({ n, by, pages }) => dmaMap(n * 2, by, pages));

/** Calls that fail, side by side. */
const maps: fc.Arbitrary<IommuProgram> = fc
  .record({
    driver: radix,
    deferred: fc.boolean(),
    ops: fc.array(
      fc.array(fc.oneof(mapOp, mapOp, fc.constantFrom(...others)), { minLength: 1, maxLength: 3 }),
      { minLength: 1, maxLength: 2 },
    ),
    faults: refusals(['map_pages', 'iova', 'page_table', 'kzalloc', 'attach_dev']),
  })
  .map(({ driver, deferred, ops, faults }) =>
    programOf({ topology: bound(driver, deferred), setup: [], tasks: ops, faults }),
  );

export const dmaApi: fc.Arbitrary<IommuProgram> = fc.oneof(unmaps, unmaps, maps);
