// Random programs about cookies: clients that take one for a domain of their own, interrupts that are
// set up while groups change domains, iommufd beside them.

import fc from 'fast-check';
import type {
  IommuOp,
  IommuProgram,
  IommuTopology,
} from '../../../engine/iommu/vocabulary/index.ts';
import { device, host, page } from '../../scenarios/iommu/hosts.ts';
import { join, opened } from '../../scenarios/iommu/type1Parts.ts';
import { dmaApi } from './dmaApi.ts';
import { anyOf, lists, programOf, radix, refusals, there } from './hosts.ts';

const dev = fc.nat({ max: 1 });
const group = fc.nat({ max: 1 });
const base = fc.constant(0x8000);
const types = fc.constantFrom('unmanaged', 'unmanaged', 'dma', 'identity');

/** Before a domain is attached its owner alone deals with it. */
const clientOps = (slot: number): fc.Arbitrary<IommuOp[]> => {
  const domain = fc.constant(slot);
  return fc.array(
    anyOf(
      ['get_dma_cookie', { domain }],
      ['get_msi_cookie', { domain, base }],
      ['get_msi_cookie', { domain, base }],
      ['set_fault_handler', { domain }],
      ['put_msi_cookie', { domain }],
      ['put_dma_cookie', { domain }],
      ['domain_free', { domain }],
      ['domain_alloc', { domain, device: fc.constant(0), type: types }],
      ['sva_domain_alloc', { domain, device: fc.constant(0) }],
    ),
    { minLength: 1, maxLength: 4 },
  );
};

const attachOps: fc.Arbitrary<IommuOp[]> = fc.array(
  anyOf(
    ['attach_group', { domain: fc.constant(0), group }],
    ['attach_group', { domain: fc.constant(0), group: fc.constant(0) }],
    ['detach_group', { domain: fc.constant(0), group: fc.constant(0) }],
    ['detach_group', { domain: fc.constant(0), group }],
    ['domain_free', { domain: fc.constant(0) }],
    ['replace_domain', { domain: fc.constant(0), group }],
  ),
  { maxLength: 3 },
);

const doorbell = fc.constantFrom(0xfee000, 0xfee000, 0xfee004, 0xfef000);

const interrupt = anyOf(
  ['prepare_msi', { device: dev, address: doorbell }],
  ['prepare_msi', { device: dev, address: doorbell }],
  ['compose_msi', { device: dev, address: doorbell }],
  ['report_fault', { device: dev, iova: fc.constant(0) }],
  ['setup_dma_ops', { device: dev }],
);

const window = [{ start: 0x8000, size: 4 * page, kind: 'swMsi' }] as const;
const two = { groups: [{}, {}] };

const hosts: readonly Partial<IommuTopology>[] = [
  {},
  { ...two, devices: [device(), device({ group: 1 })] },
  { devices: [device(), device()] },
  { groups: [{ defaultDomain: 'identity' }] },
  { ...two, devices: [device({ reserved: window }), device({ group: 1, reserved: window })] },
];

const alloc = (type: 'unmanaged' | 'dma'): IommuOp => ({
  op: 'domain_alloc',
  domain: 0,
  device: 0,
  type,
});
const attached: IommuOp = { op: 'attach_group', domain: 0, group: 0 };
const taken: IommuOp = { op: 'get_msi_cookie', domain: 0, base: 0x8000 };

const setups: readonly (readonly IommuOp[])[] = [
  [alloc('unmanaged')],
  [alloc('unmanaged'), taken],
  [alloc('unmanaged'), taken, attached],
  [alloc('unmanaged'), taken, attached, { op: 'attach_group', domain: 0, group: 1 }],
  [alloc('unmanaged'), attached],
  [alloc('dma'), attached],
];

const faults = refusals(['kzalloc', 'page_table', 'iova', 'map_pages']);

/** A client that attaches its domain, another with one of its own, drivers that set up interrupts. */
const clients: fc.Arbitrary<IommuProgram> = fc
  .record({
    driver: radix,
    parts: fc.constantFrom(...hosts),
    before: fc.constantFrom(...setups),
    attaches: attachOps,
    other: clientOps(1),
    irqs: fc.array(fc.array(interrupt, { minLength: 1, maxLength: 3 }), { maxLength: 2 }),
    faults,
  })
  .map(({ driver, parts, before, attaches, other, irqs, faults: refused }) => {
    const topology = host({ iommus: [{ driver }], ...parts });
    const mine = there(topology);
    // One thread less where there are two with interrupts.
    const tasks = irqs.length === 2 ? [attaches, ...irqs] : [attaches, other, ...irqs];
    return programOf({
      topology,
      setup: before.filter(mine),
      tasks: tasks.map((ops) => ops.filter(mine)),
      faults: refused,
    });
  });

/** One client that asks for its domain's cookie early or late, and an interrupt behind it. */
const late: fc.Arbitrary<IommuProgram> = fc
  .record({ driver: radix, before: fc.constantFrom(...setups), irq: interrupt, faults })
  .map(({ driver, before, irq, faults: refused }) =>
    programOf({
      topology: host({ iommus: [{ driver }] }),
      setup: before.filter(there(host())),
      tasks: [[taken], [irq].filter(there(host()))],
      faults: refused,
    }),
  );

const iommufdOp = anyOf(
  ['iommufd_attach', { device: dev, hwpt: fc.constant(0) }],
  ['iommufd_attach', { device: dev, hwpt: fc.nat({ max: 1 }) }],
  ['iommufd_attach', { device: dev, ioas: fc.constant(0) }],
  ['iommufd_detach', { device: dev }],
  ['hwpt_destroy', { hwpt: fc.nat({ max: 1 }) }],
  ['prepare_msi', { device: dev, address: doorbell }],
  // Nobody's business, and turned down.
  ['attached_get_msi_cookie', { device: dev, base }],
  ['attached_set_fault_handler', { device: dev }],
  ['report_fault', { device: dev, iova: fc.constant(0) }],
  ['vfio_set_iommu', { container: fc.constant(0), type: fc.constant(3) }],
  ['vfio_set_container', { group: fc.constant(0), container: fc.constant(0) }],
);

/** Who has the cookie of domains that user space makes. */
const users: fc.Arbitrary<IommuProgram> = fc
  .record({
    driver: radix,
    parts: fc.constantFrom(...hosts),
    vfio: fc.boolean(),
    ops: lists(iommufdOp, 2, 4),
    faults,
  })
  .map(({ driver, parts, vfio, ops, faults: refused }) => {
    const topology = host({ iommus: [{ driver }], containers: [{ process: 0 }], ...parts });
    const mine = there(topology);
    const setup: IommuOp[] = vfio
      ? [...opened(0), join(0)]
      : [
          { op: 'ioas_alloc', ioas: 0 },
          { op: 'iommufd_bind', device: 0 },
          { op: 'iommufd_bind', device: 1 },
          { op: 'hwpt_alloc', hwpt: 0, device: 0, ioas: 0 },
          { op: 'hwpt_alloc', hwpt: 1, device: 0, ioas: 0 },
        ];
    // VFIO's domain has no cookie at first: who takes it from outside is at fault.
    const keep = (op: IommuOp) =>
      mine(op) && (vfio ? !op.op.startsWith('attached_') : !op.op.startsWith('vfio'));
    return programOf({
      topology,
      setup: setup.filter(mine),
      tasks: ops.map((list) => list.filter(keep)),
      faults: refused,
    });
  });

export const cookie: fc.Arbitrary<IommuProgram> = fc.oneof(
  { arbitrary: clients, weight: 4 },
  { arbitrary: late, weight: 1 },
  { arbitrary: users, weight: 2 },
  { arbitrary: dmaApi, weight: 1 },
);
