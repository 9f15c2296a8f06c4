// The host that a program of the IOMMU stack runs on: IOMMU instances, devices and their groups,
// physical pages, processes. Everything here is there before the first operation.

import type { U64 } from '../../vfio/vocabulary.ts';

/** Drivers whose semantics differ (spec/iommu-core.md §10). */
export const driverKinds = ['intel', 'amd', 'arm', 'virtio'] as const;
export type DriverKind = (typeof driverKinds)[number];

/** Sizes of page tables: small ones for exhaustive search, the real ones for logs and campaigns. */
export interface IommuGeometry {
  readonly name: string;
  /** log2 of the smallest IOMMU page and of the host page. */
  readonly pageShift: number;
  /** log2 of the entries of a page table: 2 to explore, 9 on real hardware. */
  readonly levelBits: number;
  /** Levels of a page table. */
  readonly levels: number;
  /** Levels (0 is the last) whose entries may be leaves: [0, 1, 2] is 4K, 2M and 1G with 9 bits. */
  readonly leafLevels: readonly number[];
}

/** One IOMMU: its driver and the parameters in which instances differ. */
export interface IommuSpec {
  readonly driver: DriverKind;
  /** First and last IOVA that can be translated. Default: all that the page table reaches. */
  readonly aperture?: { readonly start: U64; readonly end: U64 };
  /** Intel: the hardware can force snooping (ecap SC). Default true. */
  readonly snoopControl?: false;
  /** Arm: IOMMU_CAP_CACHE_COHERENCY is there, table walks are coherent. Default true. */
  readonly coherentWalk?: false;
  /** Intel: caching mode: maps flush the IOTLB. */
  readonly cachingMode?: true;
  /** Interrupts are isolated (interrupt remapping). Default true. */
  readonly isolatedMsi?: false;
  /** The driver can track dirty pages (iommufd). */
  readonly dirtyTracking?: true;
  /** A BLOCKED domain can be allocated; without, a claim makes an empty UNMANAGED one. */
  readonly blockedDomain?: true;
  /** virtio-iommu. */
  readonly virtio?: VirtioSpec;
}

/** What a virtio-iommu device offers (spec/virtio-domain.md §1). */
export interface VirtioSpec {
  /** VIRTIO_IOMMU_F_BYPASS_CONFIG. */
  readonly bypassConfig?: true;
  /** config.bypass: endpoints that are attached nowhere pass through. */
  readonly bypass?: true;
  readonly mmio?: true;
  readonly firstDomain?: number;
  readonly lastDomain?: number;
  /** log2 of the smallest page of the instance, where it is not the geometry's. */
  readonly pageShift?: number;
  /** The device cannot put two endpoints into one domain. */
  readonly noSharing?: true;
}

export interface ReservedRegion {
  readonly start: U64;
  readonly size: U64;
  /** `direct`: must be identity mapped while the default domain is attached; `msi` and `swMsi`. */
  readonly kind: 'reserved' | 'direct' | 'msi' | 'swMsi';
}

export interface DeviceSpec {
  readonly iommu: number;
  readonly group: number;
  /** Has the requester id of this other device: one translation entry for both. */
  readonly aliasOf?: number;
  /** Not there at first: a hot-plug brings it. */
  readonly unplugged?: true;
  /** Its transactions carry no-snoop when the operation asks for it. */
  readonly noSnoop?: true;
  /** A mediated device: no IOMMU translates for it, its driver pins pages (VFIO only). */
  readonly emulated?: true;
  /** A driver that uses the DMA API is bound (use_default_domain was called). */
  readonly kernelDriver?: true;
  /** ops->def_domain_type: the driver insists on this type of default domain. */
  readonly defDomainType?: 'dma' | 'identity';
  /** A PCI device that is not trusted: its default domain is DMA. */
  readonly untrusted?: true;
  /** dev->iommu->attach_deferred (kdump). */
  readonly attachDeferred?: true;
  readonly reserved?: readonly ReservedRegion[];
  /** PASIDs that the device has; 0 (default): none. */
  readonly maxPasids?: number;
  /** PASIDs whose entries the device's driver has programmed itself: not the core's to touch. */
  readonly ownPasids?: readonly number[];
  /** Stream ids (fwspec): each is attached by itself. Default 1. */
  readonly ids?: number;
}

export interface GroupSpec {
  /** The default domain's type. Default dma. */
  readonly defaultDomain?: 'dma' | 'identity';
}

/** A range of a process's memory, backed by consecutive physical pages from `pa` on. */
export interface BackedVma {
  readonly start: U64;
  readonly end: U64;
  readonly pa: U64;
}

export interface ProcessSpec {
  /** RLIMIT_MEMLOCK in host pages; absent: CAP_IPC_LOCK. */
  readonly memlockPages?: number;
  readonly vmas: readonly BackedVma[];
}

export interface IommuTopology {
  readonly geometry: IommuGeometry;
  readonly iommus: readonly IommuSpec[];
  readonly groups: readonly GroupSpec[];
  readonly devices: readonly DeviceSpec[];
  readonly processes: readonly ProcessSpec[];
  /** VFIO containers, open and without groups; `process` opened each. */
  readonly containers?: readonly { readonly process: number }[];
  /** Virtual machines with a kvm-vfio device. */
  readonly kvms?: number;
  /** vfio_iommu_type1 allow_unsafe_interrupts=1, and iommufd's parameter of the same name. */
  readonly allowUnsafeInterrupts?: true;
}
