// Operations of in-kernel clients of the IOMMU core: spec/iommu-core.md §2 and §3. Each is a call of
// the kernel function of that name. `domain` is a slot in which the client keeps a pointer.

import type { U64 } from '../../vfio/vocabulary.ts';

export const domainTypes = [
  'blocked',
  'identity',
  'unmanaged',
  'dma',
  'dmaFq',
  'nested',
  'sva',
] as const;
export type DomainType = (typeof domainTypes)[number];

/** IOMMU_READ 1, IOMMU_WRITE 2, IOMMU_CACHE 4, IOMMU_NOEXEC 8, IOMMU_MMIO 16; default 7. */
export type Prot = number;

export type CoreOp =
  // iommu_paging_domain_alloc(dev) and its like; the pointer goes to the slot
  | {
      readonly op: 'domain_alloc';
      readonly domain: number;
      readonly device: number;
      readonly type: DomainType;
    }
  | { readonly op: 'domain_free'; readonly domain: number }
  // iommu_attach_group, iommu_detach_group, iommu_group_replace_domain
  | {
      readonly op: 'attach_group' | 'detach_group' | 'replace_domain';
      readonly domain: number;
      readonly group: number;
    }
  // iommu_attach_device: for groups of one device
  | {
      readonly op: 'attach_device' | 'detach_device';
      readonly domain: number;
      readonly device: number;
    }
  | {
      readonly op: 'attach_pasid' | 'detach_pasid';
      readonly domain: number;
      readonly device: number;
      readonly pasid: number;
    }
  // iommu_probe_device (hot-plug) and iommu_release_device (unplug)
  | {
      readonly op: 'probe_device';
      readonly device: number;
      /** Found by bus_iommu_probe: default domains are set up when all devices are in groups. */
      readonly bus?: true;
    }
  | { readonly op: 'remove_device'; readonly device: number }
  // sysfs: echo <type> > /sys/kernel/iommu_groups/<n>/type
  | {
      readonly op: 'set_group_type';
      readonly group: number;
      readonly type: 'dma' | 'dmaFq' | 'identity';
    }
  | {
      readonly op: 'iommu_map';
      readonly domain: number;
      readonly iova: U64;
      readonly pa: U64;
      readonly size: U64;
      readonly prot?: Prot;
    }
  | {
      readonly op: 'iommu_map_sg';
      readonly domain: number;
      readonly iova: U64;
      readonly segments: readonly { readonly pa: U64; readonly size: U64 }[];
      readonly prot?: Prot;
    }
  | {
      readonly op: 'iommu_unmap' | 'iommu_unmap_fast';
      readonly domain: number;
      readonly iova: U64;
      readonly size: U64;
    }
  // iommu_iotlb_sync of what this task's iommu_unmap_fast calls on the domain have gathered
  | { readonly op: 'iotlb_sync' | 'flush_iotlb_all'; readonly domain: number }
  | { readonly op: 'iova_to_phys'; readonly domain: number; readonly iova: U64 }
  | { readonly op: 'set_fault_handler'; readonly domain: number }
  | {
      readonly op: 'report_fault';
      readonly device: number;
      readonly iova: U64;
      readonly write?: true;
    }
  // DMA API: dma_map_page, dma_unmap_page, the flush queue's timer
  | { readonly op: 'dma_map'; readonly device: number; readonly pa: U64; readonly size: U64 }
  | { readonly op: 'dma_unmap'; readonly device: number; readonly iova: U64; readonly size: U64 }
  | { readonly op: 'fq_timeout'; readonly group: number };

/** DMA ownership and coherency, called by kernel code: spec/coherency-and-ownership.md §1, §4. */
export type OwnershipOp =
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
  // a bus binds a driver that uses the DMA API, and unbinds it
  | { readonly op: 'use_default_domain' | 'unuse_default_domain'; readonly device: number }
  | { readonly op: 'enforce_cache_coherency'; readonly domain: number };

/** What devices and the owners of pages do: spec/iommu-core.md §7.3, §7.4. */
export type HardwareOp =
  | {
      readonly op: 'dma_read' | 'dma_write';
      readonly device: number;
      readonly iova: U64;
      readonly noSnoop?: true;
      readonly pasid?: number;
    }
  // the page allocator and get_user_pages, for one page
  | {
      readonly op: 'page_alloc' | 'page_free' | 'page_pin' | 'page_unpin';
      readonly pa: U64;
    };

/** Split, merge and the dirty log of seed 003: spec/split-merge-dirty.md §2. */
export type DirtyOp =
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
      readonly prot?: Prot;
    }
  | {
      readonly op: 'switch_dirty_log';
      readonly domain: number;
      readonly enable: boolean;
      readonly iova: U64;
      readonly size: U64;
      readonly prot?: Prot;
    }
  // bits are (iova - base) >> shift; `sync` answers them in out.bits, `clear` takes them
  | {
      readonly op: 'sync_dirty_log';
      readonly domain: number;
      readonly iova: U64;
      readonly size: U64;
      readonly base?: U64;
    }
  | {
      readonly op: 'clear_dirty_log';
      readonly domain: number;
      readonly iova: U64;
      readonly size: U64;
      readonly base?: U64;
      /** Numbers of the pages to clear; absent: the bits of this task's last sync. */
      readonly bits?: readonly number[];
    };

/** Domain cookies: spec/cookies.md §2. */
export type CookieOp =
  | { readonly op: 'get_dma_cookie' | 'put_dma_cookie'; readonly domain: number }
  | { readonly op: 'get_msi_cookie'; readonly domain: number; readonly base: U64 }
  // the same for the domain that the device is attached to, whoever owns it
  | { readonly op: 'attached_get_msi_cookie'; readonly device: number; readonly base: U64 }
  | { readonly op: 'attached_set_fault_handler'; readonly device: number }
  | { readonly op: 'put_msi_cookie'; readonly domain: number }
  // iommu_dma_prepare_msi by the irqchip of a device
  | { readonly op: 'prepare_msi'; readonly device: number; readonly address: U64 }
  // the interrupt is started: what the message's address will be, from the device's descriptor
  | { readonly op: 'compose_msi'; readonly device: number; readonly address: U64 }
  // iommu_setup_dma_ops: the device's DMA domain gets its allocator
  | { readonly op: 'setup_dma_ops'; readonly device: number }
  | { readonly op: 'sva_domain_alloc'; readonly domain: number; readonly device: number };
