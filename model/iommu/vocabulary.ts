// What the machines read of programs of the IOMMU stack: the same plain data as the engine's
// vocabulary, declared again as far as it is read here. A test holds the two together. No behaviour.
import type { IoctlHeader, U64 } from '../vocabulary.ts';

export type DriverKind = 'intel' | 'amd' | 'arm' | 'virtio';

export interface Geometry {
  readonly pageShift: number;
  readonly levelBits: number;
  readonly levels: number;
  readonly leafLevels: readonly number[];
}

export interface IommuSpec {
  readonly driver: DriverKind;
  readonly aperture?: { readonly start: U64; readonly end: U64 };
  readonly snoopControl?: false;
  readonly blockedDomain?: true;
  readonly dirtyTracking?: true;
  readonly virtio?: {
    readonly mmio?: true;
    readonly firstDomain?: number;
    readonly lastDomain?: number;
    readonly pageShift?: number;
    readonly noSharing?: true;
  };
}

export interface DeviceSpec {
  readonly iommu: number;
  readonly group: number;
  readonly unplugged?: true;
  readonly kernelDriver?: true;
  readonly attachDeferred?: true;
  readonly reserved?: readonly { readonly kind: string }[];
  readonly maxPasids?: number;
  readonly ownPasids?: readonly number[];
  readonly defDomainType?: 'dma' | 'identity';
  readonly untrusted?: true;
}

export interface GroupSpec {
  readonly defaultDomain?: 'dma' | 'identity';
}

export interface Topology {
  readonly geometry: Geometry;
  readonly iommus: readonly IommuSpec[];
  readonly groups: readonly GroupSpec[];
  readonly devices: readonly DeviceSpec[];
  readonly processes?: readonly ProcessSpec[];
  readonly containers?: readonly object[];
}

export interface ProcessSpec {
  readonly memlockPages?: number;
  readonly vmas: readonly { readonly start: U64; readonly end: U64 }[];
}

export type DomainType = 'blocked' | 'identity' | 'unmanaged' | 'dma' | 'dmaFq' | 'nested' | 'sva';

/** Operations that the machines follow. */
export type KnownOp =
  | {
      readonly op: 'domain_alloc';
      readonly domain: number;
      readonly device: number;
      readonly type: DomainType;
    }
  | {
      readonly op:
        | 'domain_free'
        | 'set_fault_handler'
        | 'get_dma_cookie'
        | 'enforce_cache_coherency'
        | 'iotlb_sync'
        | 'flush_iotlb_all';
      readonly domain: number;
    }
  | {
      readonly op: 'attach_group' | 'detach_group' | 'replace_domain';
      readonly domain: number;
      readonly group: number;
    }
  | {
      readonly op: 'attach_device' | 'detach_device';
      readonly domain: number;
      readonly device: number;
    }
  | {
      readonly op: 'claim_group' | 'release_group';
      readonly group: number;
      readonly owner: number;
    }
  | {
      readonly op: 'claim_device' | 'release_device';
      readonly device: number;
      readonly owner: number;
    }
  | {
      readonly op: 'attach_pasid' | 'detach_pasid';
      readonly domain: number;
      readonly device: number;
      readonly pasid: number;
    }
  | { readonly op: 'probe_device'; readonly device: number; readonly bus?: true }
  | { readonly op: 'remove_device'; readonly device: number }
  | {
      readonly op: 'set_group_type';
      readonly group: number;
      readonly type: 'dma' | 'dmaFq' | 'identity';
    }
  | {
      readonly op: 'iommu_map_sg';
      readonly domain: number;
      readonly iova: U64;
      readonly segments: readonly { readonly pa: U64; readonly size: U64 }[];
      readonly prot?: number;
    }
  | {
      readonly op: 'split_block';
      readonly domain: number;
      readonly iova: U64;
      readonly size: U64;
    }
  | {
      readonly op: 'merge_page';
      readonly domain: number;
      readonly iova: U64;
      readonly size: U64;
      readonly prot?: number;
    }
  | {
      readonly op: 'switch_dirty_log';
      readonly domain: number;
      readonly enable: boolean;
      readonly iova: U64;
      readonly size: U64;
      readonly prot?: number;
    }
  | {
      readonly op: 'sync_dirty_log' | 'clear_dirty_log';
      readonly domain: number;
      readonly iova: U64;
      readonly size: U64;
    }
  | { readonly op: 'put_dma_cookie' | 'put_msi_cookie'; readonly domain: number }
  | { readonly op: 'prepare_msi'; readonly device: number; readonly address: U64 }
  | { readonly op: 'sva_domain_alloc'; readonly domain: number; readonly device: number }
  | { readonly op: 'use_default_domain' | 'unuse_default_domain'; readonly device: number }
  | {
      readonly op: 'iommu_map';
      readonly domain: number;
      readonly iova: U64;
      readonly pa: U64;
      readonly size: U64;
      readonly prot?: number;
    }
  | {
      readonly op: 'iommu_unmap' | 'iommu_unmap_fast';
      readonly domain: number;
      readonly iova: U64;
      readonly size: U64;
    }
  | { readonly op: 'iova_to_phys'; readonly domain: number; readonly iova: U64 }
  | { readonly op: 'get_msi_cookie'; readonly domain: number; readonly base: U64 }
  | { readonly op: 'vfio_set_iommu'; readonly container: number; readonly type: number }
  | ({
      readonly op: 'vfio_map_dma';
      readonly container: number;
      readonly iova: U64;
      readonly va: U64;
      readonly size: U64;
      readonly flags?: number;
    } & IoctlHeader)
  | ({
      readonly op: 'vfio_unmap_dma';
      readonly container: number;
      readonly iova: U64;
      readonly size: U64;
      readonly flags?: number;
    } & IoctlHeader)
  | { readonly op: 'vfio_close_container'; readonly container: number }
  | { readonly op: 'ioas_alloc' | 'ioas_destroy'; readonly ioas: number }
  | ({
      readonly op: 'ioas_map';
      readonly ioas: number;
      readonly iova: U64;
      readonly va: U64;
      readonly size: U64;
      readonly flags?: number;
    } & IoctlHeader)
  | ({
      readonly op: 'ioas_unmap';
      readonly ioas: number;
      readonly iova: U64;
      readonly size: U64;
      readonly cut?: true;
    } & IoctlHeader)
  | { readonly op: 'ioas_copy'; readonly ioas: number }
  | { readonly op: DroppingOpName };

/** Operations of user space with which a container's last group may go. */
export type DroppingOpName =
  | 'vfio_register'
  | 'vfio_unregister'
  | 'vfio_group_open'
  | 'vfio_group_close'
  | 'vfio_set_container'
  | 'vfio_unset_container'
  | 'vfio_get_device_fd'
  | 'vfio_close_device_fd'
  | 'kvm_file_add'
  | 'kvm_file_del';

export type UserOpOf = OpOf<DroppingOpName | 'vfio_close_container'>;

export type KnownOpName = KnownOp['op'];

/** One kind of operation, by name. */
export type OpOf<N extends KnownOpName> = Named<KnownOp, N>;

type Named<O extends KnownOp, N> = O extends { readonly op: infer M }
  ? N extends M
    ? O
    : never
  : never;

/** What an operation returned. */
export interface Result {
  readonly ret: number;
  readonly out?: Readonly<Record<string, unknown>>;
}
