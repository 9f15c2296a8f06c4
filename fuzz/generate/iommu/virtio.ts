// Random programs on virtio-iommu: clients that map and attach, endpoints that come and go, a device
// that refuses.

import fc from 'fast-check';
import type { IommuOp, IommuProgram, VirtioSpec } from '../../../engine/iommu/vocabulary/index.ts';
import { device, host } from '../../scenarios/iommu/hosts.ts';
import { Client, clientOps } from './client.ts';
import { anyOf, dmaOps, intents, programOf, refusals } from './hosts.ts';

const group = fc.nat({ max: 1 });

const attachOps = (task: number): fc.Arbitrary<IommuOp[]> => {
  const domain = fc.constant(task);
  return fc.array(
    anyOf(
      ['attach_group', { domain, group }],
      ['attach_group', { domain, group }],
      ['detach_group', { domain, group }],
      ['replace_domain', { domain, group }],
      ['domain_free', { domain }],
      [
        'domain_alloc',
        { domain, device: fc.constant(0), type: fc.constantFrom('unmanaged', 'identity') },
      ],
    ),
    { maxLength: 2 },
  );
};

const spec: fc.Arbitrary<VirtioSpec> = fc.constantFrom<VirtioSpec>(
  {},
  { bypassConfig: true },
  { firstDomain: 1, lastDomain: 4 },
  { noSharing: true },
);

/** Mixes the calls of one client: attaches before, among and after what it maps. */
const mixed = (attaches: readonly IommuOp[], maps: readonly IommuOp[]): IommuOp[] => {
  const [first, ...rest] = attaches;
  return [...(first === undefined ? [] : [first]), ...maps, ...rest];
};

export const virtio: fc.Arbitrary<IommuProgram> = fc
  .record({
    spec,
    first: attachOps(0),
    maps: intents(4),
    second: attachOps(1),
    dma: fc.option(dmaOps(2, 2), { nil: [] }),
    faults: refusals(['virtio_attach', 'virtio_map', 'virtio_len0', 'kzalloc']),
  })
  .map(({ spec: virtioSpec, first, maps, second, dma, faults }) =>
    programOf({
      topology: host({
        iommus: [{ driver: 'virtio', virtio: virtioSpec }],
        groups: [{}, {}],
        devices: [device(), device({ group: 1 })],
      }),
      setup: [
        { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' },
        { op: 'domain_alloc', domain: 1, device: 1, type: 'unmanaged' },
      ],
      tasks: [mixed(first, clientOps(new Client(0), maps)), second, dma],
      faults,
    }),
  );
