// Random programs that track dirty pages: one client that splits, merges, syncs and clears its own
// domain in turn, while devices write; and user space that asks iommufd for what was written.

import fc from 'fast-check';
import type { IommuOp, IommuProgram } from '../../../engine/iommu/vocabulary/index.ts';
import { device, host, memory, page } from '../../scenarios/iommu/hosts.ts';
import { anyOf, dmaOps, iova, lists, programOf, refusals, size } from './hosts.ts';
import { type1Dirty } from './type1.ts';

const domain = 0;

/** Ranges that the client starts and stops its log of: what it has mapped at most, in blocks. */
const blocks = fc.constantFrom([0, 4], [4, 4], [0, 8], [0, 8]) as fc.Arbitrary<[number, number]>;
const on = ([at, count]: readonly [number, number]) => ({ iova: at * page, size: count * page });

/** A sync, and a clear of what it has reported, of the same bitmap. */
const syncClear = fc
  .record({ range: blocks, from: fc.boolean(), clears: fc.boolean(), inside: fc.boolean() })
  .map(({ range, from, clears, inside }): IommuOp[] => {
    const part = inside ? { iova: range[0] * page, size: 2 * page } : on(range);
    const all = { domain, ...part, ...(from ? { base: 0 } : {}) };
    const sync: IommuOp = { op: 'sync_dirty_log', ...all };
    return clears ? [sync, { op: 'clear_dirty_log', ...all }] : [sync];
  });

const prot = 3;
const turn = (enable: boolean, range: readonly [number, number]): IommuOp => ({
  op: 'switch_dirty_log',
  domain,
  enable,
  ...on(range),
  prot,
});

const logOps: fc.Arbitrary<IommuOp[]> = fc.oneof(
  syncClear,
  syncClear,
  fc.tuple(fc.boolean(), blocks).map(([enable, range]) => [turn(enable, range)]),
  blocks.map((range): IommuOp[] => [{ op: 'split_block', domain, ...on(range) }]),
  blocks.map((range): IommuOp[] => [{ op: 'merge_page', domain, ...on(range), prot }]),
  fc.constant<IommuOp[]>([{ op: 'merge_page', domain, iova: 0, size: page / 2, prot }]),
  iova.map((at): IommuOp[] => [{ op: 'dma_write', device: 0, iova: at }]),
);

const map = (at: number, count: number, to = at, rights = prot): IommuOp => ({
  op: 'iommu_map',
  domain,
  iova: at * page,
  pa: to * page,
  size: count * page,
  prot: rights,
});
const pagewise = (at: number, count: number, rights = prot): IommuOp[] =>
  Array.from({ length: count }, (_, i) => map(at + i, 1, at + i, rights));
const whole = { domain, iova: 0, size: 8 * page };
const clean: readonly IommuOp[] = [
  turn(true, [0, 8]),
  { op: 'sync_dirty_log', ...whole },
  { op: 'clear_dirty_log', ...whole },
];

/** What is mapped: blocks, pages, holes, other rights; with the log on, or clean, or merged again. */
const mapped: readonly (readonly IommuOp[])[] = [
  [map(0, 8)],
  [map(0, 8)],
  [map(0, 16)],
  [map(0, 4), ...pagewise(4, 4)],
  pagewise(0, 8),
  [map(0, 4)],
  [map(4, 4)],
  pagewise(1, 7),
  [...pagewise(0, 2), ...pagewise(2, 2, 2), map(4, 4)],
  [...pagewise(0, 3), ...pagewise(3, 1, 1), map(4, 4, 4, 1)],
];
const states: readonly (readonly IommuOp[])[] = [
  [],
  [],
  [turn(true, [0, 8])],
  [turn(true, [0, 4])],
  clean,
  [...clean, turn(false, [0, 8])],
  [...clean, { op: 'merge_page', ...whole, prot }],
];

/** Who merges keeps look-ups away: tables are freed. */
function lookUps(at: number | null, others: readonly IommuOp[]): IommuOp[] {
  const merges = (op: IommuOp) =>
    op.op === 'merge_page' || (op.op === 'switch_dirty_log' && !op.enable);
  return at === null || others.some(merges) ? [] : [{ op: 'iova_to_phys', domain, iova: at }];
}

/** One client that does one thing after the other, a device, and look-ups. */
const log: fc.Arbitrary<IommuProgram> = fc
  .record({
    maps: fc.constantFrom(...mapped),
    state: fc.constantFrom(...states),
    before: fc.option(dmaOps(1, 1), { nil: [] }),
    ops: fc.array(logOps, { minLength: 1, maxLength: 3 }),
    dma: dmaOps(1, 2),
    look: fc.option(iova, { nil: null }),
    faults: refusals(['page_table']),
  })
  .map(({ maps, state, before, ops, dma, look, faults }) =>
    programOf({
      topology: host({ iommus: [{ driver: 'arm', dirtyTracking: true }] }),
      setup: [
        { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' },
        { op: 'attach_group', domain: 0, group: 0 },
        ...maps,
        ...state,
        ...before,
      ],
      tasks: [ops.flat(), dma, lookUps(look, ops.flat())],
      faults,
    }),
  );

/** A block that was mapped after the start: dirty as a whole, so that any of its bits was reported. */
const someBits: fc.Arbitrary<IommuProgram> = fc
  .record({
    bits: fc.subarray([0, 1, 2, 3], { minLength: 1 }),
    again: fc.boolean(),
    dma: fc.option(dmaOps(1, 2), { nil: [] }),
  })
  .map(({ bits, again, dma }) => {
    const range = { domain, ...on([0, 4]) };
    const sync: IommuOp = { op: 'sync_dirty_log', ...range };
    const clear: IommuOp = { op: 'clear_dirty_log', ...range, bits };
    return programOf({
      topology: host({ iommus: [{ driver: 'arm', dirtyTracking: true }] }),
      setup: [
        { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' },
        { op: 'attach_group', domain: 0, group: 0 },
        map(4, 1),
        { op: 'switch_dirty_log', domain, enable: true, iova: 4 * page, size: page, prot },
        map(0, 4),
      ],
      tasks: [
        again ? [sync, clear, { op: 'split_block', ...range }, sync] : [sync, clear, sync],
        dma,
      ],
      faults: { budget: 0, sites: [] },
    });
  });

const hwpt = fc.constant(0);
const ioas = fc.constant(0);
const dev = fc.nat({ max: 1 });

const trackOp = anyOf(
  ['hwpt_set_dirty', { hwpt, enable: fc.boolean() }],
  ['hwpt_set_dirty', { hwpt, enable: fc.constant(true) }],
  ['hwpt_get_dirty', { hwpt, iova: fc.constant(0), size: fc.constant(8 * page) }],
  ['hwpt_get_dirty', { hwpt, iova: fc.constant(0), size: fc.constant(8 * page) }],
  ['hwpt_get_dirty', { hwpt, iova, size, flags: fc.constantFrom(0, 0, 1) }],
  ['hwpt_get_dirty', { hwpt, iova, size, pgsize: fc.constantFrom(page, 4 * page) }],
  ['ioas_map', { ioas, iova, va: fc.constant(memory), size }],
  ['ioas_unmap', { ioas, iova, size }],
  ['iommufd_attach', { device: dev, hwpt }],
  ['iommufd_detach', { device: dev }],
  ['dma_write', { device: dev, iova }],
  ['dma_write', { device: dev, iova }],
);

const ioasMap = (at: number, count: number): IommuOp => ({
  op: 'ioas_map',
  ioas: 0,
  iova: at * page,
  va: memory + at * page,
  size: count * page,
});

const tracking: fc.Arbitrary<IommuProgram> = fc
  .record({
    driver: fc.constantFrom('intel' as const, 'amd' as const),
    maps: fc.constantFrom(
      [ioasMap(0, 8)],
      [ioasMap(0, 5), ioasMap(6, 1)],
      [ioasMap(0, 1), ioasMap(2, 1)],
    ),
    enabled: fc.boolean(),
    ops: lists(trackOp, 2, 4),
    dma: dmaOps(1, 2),
    faults: refusals(['bitmap']),
  })
  .map(({ driver, maps, enabled, ops, dma, faults }) =>
    programOf({
      topology: host({
        iommus: [{ driver, dirtyTracking: true }],
        groups: [{}, {}],
        devices: [device(), device({ group: 1 })],
      }),
      setup: [
        { op: 'ioas_alloc', ioas: 0 },
        ...maps,
        { op: 'iommufd_bind', device: 0 },
        { op: 'iommufd_bind', device: 1 },
        { op: 'hwpt_alloc', hwpt: 0, device: 0, ioas: 0, flags: 2 },
        { op: 'iommufd_attach', device: 0, hwpt: 0 },
        ...(enabled ? [{ op: 'hwpt_set_dirty', hwpt: 0, enable: true } as const] : []),
      ],
      tasks: [...ops, dma],
      faults,
    }),
  );

export const dirty: fc.Arbitrary<IommuProgram> = fc.oneof(
  { arbitrary: log, weight: 5 },
  { arbitrary: someBits, weight: 1 },
  { arbitrary: tracking, weight: 4 },
  { arbitrary: type1Dirty, weight: 3 },
);
