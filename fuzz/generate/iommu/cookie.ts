// Random programs about cookies: clients that take one for a domain of their own, interrupts that are
// set up while groups change domains, iommufd beside them.

import fc from 'fast-check';
import type { IommuOp, IommuProgram } from '../../../engine/iommu/vocabulary/index.ts';
import { host } from '../../scenarios/iommu/hosts.ts';
import { anyOf, programOf, radix, refusals } from './hosts.ts';

const dev = fc.constant(0);
const group = fc.constant(0);

/** Before a domain is attached its owner alone deals with it. */
const clientOps = (slot: number): fc.Arbitrary<IommuOp[]> => {
  const domain = fc.constant(slot);
  return fc.array(
    anyOf(
      ['get_dma_cookie', { domain }],
      ['get_msi_cookie', { domain, base: fc.constant(0x8000) }],
      ['set_fault_handler', { domain }],
      ['domain_free', { domain }],
      [
        'domain_alloc',
        { domain, device: dev, type: fc.constantFrom('unmanaged', 'dma', 'identity') },
      ],
    ),
    { minLength: 1, maxLength: 3 },
  );
};

const attachOps: fc.Arbitrary<IommuOp[]> = fc.array(
  anyOf(
    ['attach_group', { domain: fc.constant(0), group }],
    ['detach_group', { domain: fc.constant(0), group }],
  ),
  { maxLength: 2 },
);

const doorbell = fc.constantFrom(0xfee000, 0xfee004, 0xfef000);

const interrupts: fc.Arbitrary<IommuOp[]> = fc.array(
  anyOf(
    ['prepare_msi', { device: dev, address: doorbell }],
    ['compose_msi', { device: dev, address: doorbell }],
    ['report_fault', { device: dev, iova: fc.constant(0) }],
  ),
  { minLength: 1, maxLength: 3 },
);

export const cookie: fc.Arbitrary<IommuProgram> = fc
  .record({
    driver: radix,
    taken: fc.boolean(),
    attaches: attachOps,
    other: clientOps(1),
    irqs: interrupts,
    faults: refusals(['kzalloc', 'page_table', 'iova', 'map_pages']),
  })
  .map(({ driver, taken, attaches, other, irqs, faults }) =>
    programOf({
      topology: host({ iommus: [{ driver }] }),
      setup: [
        { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' },
        ...(taken ? [{ op: 'get_msi_cookie', domain: 0, base: 0x8000 } as const] : []),
      ],
      tasks: [attaches, other, irqs],
      faults,
    }),
  );
