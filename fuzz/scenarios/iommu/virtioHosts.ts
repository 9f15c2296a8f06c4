// The small hosts with virtio-iommu, and their operations: addresses and sizes in pages. At the
// end, what is expected on the revisions.

import type {
  DeviceSpec,
  IommuOp,
  IommuTopology,
  VirtioSpec,
} from '../../../engine/iommu/vocabulary/index.ts';
import { backing, device, host, page } from './hosts.ts';

/** One device behind one virtio-iommu. */
export const one = (virtio: VirtioSpec = {}): IommuTopology =>
  host({ iommus: [{ driver: 'virtio', virtio }] });

/** Devices of one group behind one virtio-iommu. */
export const oneGroup = (
  devices: readonly Partial<DeviceSpec>[],
  virtio: VirtioSpec = {},
  defaultDomain: 'dma' | 'identity' = 'dma',
): IommuTopology =>
  host({
    iommus: [{ driver: 'virtio', virtio }],
    groups: [{ defaultDomain }],
    devices: devices.map(device),
  });

/** Two groups of a device each behind one virtio-iommu. */
export const pair = (
  virtio: VirtioSpec = {},
  devices: readonly Partial<DeviceSpec>[] = [{}, {}],
): IommuTopology =>
  host({
    iommus: [{ driver: 'virtio', virtio }],
    groups: devices.map(() => ({})),
    devices: devices.map((spec, group) => device({ ...spec, group })),
  });

/** Two instances, each with a group of one device. */
export const twoInstances = (virtio: VirtioSpec = {}): IommuTopology =>
  host({
    iommus: [
      { driver: 'virtio', virtio },
      { driver: 'virtio', virtio },
    ],
    groups: [{}, {}],
    devices: [device(), device({ iommu: 1, group: 1 })],
  });

export const alloc = (domain = 0, of = 0): IommuOp => ({
  op: 'domain_alloc',
  domain,
  device: of,
  type: 'unmanaged',
});

export const identity = (domain = 0): IommuOp => ({
  op: 'domain_alloc',
  domain,
  device: 0,
  type: 'identity',
});

export const free = (domain = 0): IommuOp => ({ op: 'domain_free', domain });

export const attach = (domain = 0, group = 0): IommuOp => ({ op: 'attach_group', domain, group });

export const detach = (domain = 0, group = 0): IommuOp => ({ op: 'detach_group', domain, group });

export const replace = (domain: number, group = 0): IommuOp => ({
  op: 'replace_domain',
  domain,
  group,
});

export const map = (at: number, pages: number, domain = 0): IommuOp => ({
  op: 'iommu_map',
  domain,
  iova: at * page,
  pa: backing + at * page,
  size: pages * page,
});

export const unmap = (at: number, pages: number, domain = 0): IommuOp => ({
  op: 'iommu_unmap',
  domain,
  iova: at * page,
  size: pages * page,
});

export const lookUp = (at: number, domain = 0): IommuOp => ({
  op: 'iova_to_phys',
  domain,
  iova: at * page,
});

type Expected = Readonly<Record<string, readonly string[]>>;

/** Before 6.8, MAP is waited for. */
export const synchronous = (...ids: string[]): Expected => ({
  'virtio/6.1.38': ids,
  'virtio/6.1': ids,
});

/** Before 6.16, a domain is finalised when it is first attached. */
export const unfinalised = (...ids: string[]): Expected => ({
  ...synchronous(...ids),
  'virtio/6.8': ids,
});

/** Paging domains are complete when they are allocated. */
export const complete = (...ids: string[]): Expected => ({
  'virtio/seed': ids,
  'virtio/6.16': ids,
});

/** Since 6.8, MAP is queued. */
export const queued = (...ids: string[]): Expected => ({ 'virtio/6.8': ids, ...complete(...ids) });

export const everywhere = (...ids: string[]): Expected => ({
  ...synchronous(...ids),
  ...queued(...ids),
});
