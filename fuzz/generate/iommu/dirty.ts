// Random programs that track dirty pages: one client that splits, merges, syncs and clears its own
// domain in turn, while devices write; and user space that asks iommufd for what was written.

import fc from 'fast-check';
import type { IommuOp, IommuProgram } from '../../../engine/iommu/vocabulary/index.ts';
import { backing, host, memory, page } from '../../scenarios/iommu/hosts.ts';
import { anyOf, dmaOps, iova, programOf, refusals, size } from './hosts.ts';

const domain = fc.constant(0);
/** All that the client has mapped. */
const whole = { iova: fc.constant(0), size: fc.constant(8 * page) };

const logOp = anyOf(
  ['switch_dirty_log', { domain, enable: fc.constant(true), ...whole }],
  ['switch_dirty_log', { domain, enable: fc.constant(false), ...whole }],
  ['sync_dirty_log', { domain, ...whole }],
  ['sync_dirty_log', { domain, iova, size }],
  ['clear_dirty_log', { domain, ...whole }],
  ['split_block', { domain, ...whole }],
  ['merge_page', { domain, ...whole }],
);

const log: fc.Arbitrary<IommuProgram> = fc
  .record({
    ops: fc.array(logOp, { minLength: 1, maxLength: 5 }),
    dma: dmaOps(1, 3),
    faults: refusals(['page_table']),
  })
  .map(({ ops, dma, faults }) =>
    programOf({
      topology: host({ iommus: [{ driver: 'arm' }] }),
      setup: [
        { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' },
        { op: 'attach_group', domain: 0, group: 0 },
        { op: 'iommu_map', domain: 0, iova: 0, pa: backing, size: 8 * page },
      ],
      tasks: [ops, dma],
      faults,
    }),
  );

const hwpt = fc.constant(0);
const ioas = fc.constant(0);

const trackOp = anyOf(
  ['hwpt_set_dirty', { hwpt, enable: fc.boolean() }],
  ['hwpt_get_dirty', { hwpt, ...whole }],
  ['hwpt_get_dirty', { hwpt, iova, size }],
  ['hwpt_get_dirty', { hwpt, ...whole, flags: fc.constant(1) }],
  ['ioas_unmap', { ioas, iova, size }],
  ['ioas_map', { ioas, iova, va: fc.constant(memory + 8 * page), size: fc.constant(page) }],
);

const tracking: fc.Arbitrary<IommuProgram> = fc
  .record({
    driver: fc.constantFrom('intel' as const, 'amd' as const),
    ops: fc.array(fc.array(trackOp, { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 2,
    }),
    dma: dmaOps(1, 3),
  })
  .map(({ driver, ops, dma }) =>
    programOf({
      topology: host({ iommus: [{ driver, dirtyTracking: true }] }),
      setup: userSetup,
      tasks: [...ops, dma],
      faults: { budget: 0, sites: [] },
    }),
  );

const userSetup: readonly IommuOp[] = [
  { op: 'ioas_alloc', ioas: 0 },
  { op: 'ioas_map', ioas: 0, iova: 0, va: memory, size: 8 * page },
  { op: 'iommufd_bind', device: 0 },
  { op: 'hwpt_alloc', hwpt: 0, device: 0, ioas: 0, flags: 2 },
  { op: 'iommufd_attach', device: 0, hwpt: 0 },
];

export const dirty: fc.Arbitrary<IommuProgram> = fc.oneof(log, tracking);
