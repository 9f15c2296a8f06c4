// The vocabulary of the IOMMU stack: topology, operations, places where the environment may refuse.

import type { ProgramOf } from '../../program.ts';
import type { CookieOp, CoreOp, DirtyOp, HardwareOp, OwnershipOp } from './core.ts';
import type { IommuTopology } from './topology.ts';
import type { IommufdOp, KvmOp, VfioOp } from './user.ts';

export * from './core.ts';
export * from './topology.ts';
export type * from './user.ts';

/** Operations of in-kernel clients, of devices, and of user space. */
export type IommuOp =
  | CoreOp
  | OwnershipOp
  | HardwareOp
  | DirtyOp
  | CookieOp
  | VfioOp
  | IommufdOp
  | KvmOp;

export type IommuOpName = IommuOp['op'];

/** One kind of operation, by name. */
export type OpOf<N extends IommuOpName> = Named<IommuOp, N>;

type Named<O extends IommuOp, N> = O extends { readonly op: infer M }
  ? N extends M
    ? O
    : never
  : never;

/** Places where the environment may refuse: each is a choice of the explorer. */
export const iommuFaultSites = [
  // memory: an object, a page table, a page-table entry's insertion
  'kzalloc',
  'page_table',
  // the driver refuses
  'domain_alloc',
  'attach_dev',
  'map_pages',
  'iotlb_sync_map',
  'enforce',
  'set_pasid',
  'probe_device',
  // pinning of user memory
  'pin',
  // an IOVA range is used up
  'iova',
  // virtio-iommu device: a request that it may refuse is refused, or a request is not answered
  'virtio_attach',
  'virtio_map',
  'virtio_len0',
  // user memory of a bitmap cannot be written
  'bitmap',
] as const;
export type IommuFaultSite = (typeof iommuFaultSites)[number];

export type IommuProgram = ProgramOf<'iommu', IommuTopology, IommuOp, IommuFaultSite>;
