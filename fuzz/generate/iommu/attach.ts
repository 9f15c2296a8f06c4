// Random programs about what groups are attached to: domains that are attached, replaced, freed while
// devices come and go; PASIDs, aliases, default domains of another type.

import fc from 'fast-check';
import type {
  IommuOp,
  IommuProgram,
  IommuTopology,
} from '../../../engine/iommu/vocabulary/index.ts';
import { backing, device, host, page } from '../../scenarios/iommu/hosts.ts';
import { anyOf, programOf, radix, refusals, there } from './hosts.ts';

const group = fc.nat({ max: 1 });
const dev = fc.nat({ max: 1 });

/** Owner `task + 1`, with a domain of its own that nobody else frees. */
const ownOps = (task: number) => {
  const domain = fc.constant(task);
  const owner = fc.constant(task + 1);
  return {
    attach: anyOf(
      ['attach_group', { domain, group }],
      ['attach_group', { domain, group: fc.constant(0) }],
      ['detach_group', { domain, group }],
      ['detach_group', { domain, group: fc.constant(0) }],
      ['replace_domain', { domain, group }],
      ['attach_device', { domain, device: dev }],
      ['detach_device', { domain, device: dev }],
      ['domain_free', { domain }],
      ['claim_group', { group, owner }],
      ['release_group', { group, owner }],
      ['set_group_type', { group, type: fc.constantFrom('dma', 'dmaFq', 'identity') }],
      ['dma_read', { device: dev, iova: fc.constantFrom(0, 4 * page) }],
    ),
    pasid: anyOf(
      ['attach_pasid', { domain, device: dev, pasid: fc.constantFrom(1, 2) }],
      ['detach_pasid', { domain, device: dev, pasid: fc.constantFrom(1, 2) }],
      ['domain_free', { domain }],
      ['claim_group', { group: fc.constant(0), owner }],
      ['dma_write', { device: dev, iova: fc.constant(0), pasid: fc.constant(1) }],
    ),
    plug: anyOf(
      ['probe_device', { device: dev }],
      ['probe_device', { device: dev, bus: fc.constant(true) }],
      ['remove_device', { device: dev }],
      ['claim_group', { group: fc.constant(0), owner }],
      ['release_group', { group: fc.constant(0), owner }],
      ['attach_group', { domain, group: fc.constant(0) }],
      ['detach_group', { domain, group: fc.constant(0) }],
      ['dma_read', { device: dev, iova: fc.constant(0) }],
    ),
  };
};

type About = keyof ReturnType<typeof ownOps>;
type Parts = Partial<IommuTopology>;

const reserved = [{ start: 4 * page, size: page, kind: 'direct' as const }];
const unplugged = { unplugged: true } as const;
const two = { groups: [{}, {}] };

const hosts: readonly (readonly [Parts, readonly About[]])[] = [
  [{}, ['attach', 'plug']],
  [{ devices: [device(), device()] }, ['attach', 'plug']],
  [{ ...two, devices: [device(), device({ group: 1 })] }, ['attach', 'plug']],
  [{ devices: [device(), device({ aliasOf: 0 })] }, ['attach', 'plug']],
  [{ devices: [device(unplugged), device(unplugged)] }, ['plug']],
  [{ devices: [device(), device(unplugged)] }, ['plug']],
  [{ devices: [device({ attachDeferred: true })] }, ['attach']],
  [{ devices: [device({ reserved }), device()] }, ['attach', 'plug']],
  [{ groups: [{ defaultDomain: 'identity' }], devices: [device()] }, ['attach']],
  [{ devices: [device(), device({ defDomainType: 'identity' })] }, ['attach']],
  [{ devices: [device(), device({ untrusted: true })] }, ['attach']],
  [{ iommus: [{ driver: 'intel', blockedDomain: true }] }, ['attach']],
  [{ devices: [device({ maxPasids: 4 }), device({ maxPasids: 4 })] }, ['pasid']],
  [{ devices: [device({ maxPasids: 4 }), device({ maxPasids: 4, ownPasids: [1] })] }, ['pasid']],
];

const choices = hosts.flatMap(([parts, abouts]) => abouts.map((about) => ({ parts, about })));

const setups: readonly (readonly IommuOp[])[] = [
  [],
  [],
  [{ op: 'claim_group', group: 0, owner: 1 }],
  [{ op: 'attach_group', domain: 0, group: 0 }],
  [
    { op: 'iommu_map', domain: 0, iova: 0, pa: backing, size: page },
    { op: 'attach_group', domain: 0, group: 0 },
  ],
];

export const attach: fc.Arbitrary<IommuProgram> = fc
  .constantFrom(...choices)
  .chain(({ parts, about }) =>
    fc.record({
      parts: fc.constant(parts),
      driver: radix,
      before: fc.constantFrom(...setups),
      first: fc.array(ownOps(0)[about], { minLength: 1, maxLength: 4 }),
      second: fc.array(ownOps(1)[about], { maxLength: 3 }),
      faults: refusals(['attach_dev', 'domain_alloc', 'kzalloc', 'probe_device', 'set_pasid']),
    }),
  )
  .map(({ parts, driver, before, first, second, faults }) => {
    const topology = host({ iommus: [{ driver }], ...parts });
    const mine = there(topology);
    return programOf({
      topology,
      setup: [
        { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' },
        { op: 'domain_alloc', domain: 1, device: 0, type: 'unmanaged' },
        ...before,
      ],
      tasks: [first.filter(mine), second.filter(mine)],
      faults,
    });
  });
