// Operations of user space: VFIO groups and containers with type1, iommufd, KVM. Each is a system call
// of a process; file descriptors are named by the group, device, container or object they stand for.

import type { IoctlHeader, U64 } from '../../vfio/vocabulary.ts';

/** VFIO: spec/coherency-and-ownership.md §2, spec/iommu-core.md §5, spec/split-merge-dirty.md §6. */
export type VfioOp =
  // a driver registers (binds) and unregisters a vfio device
  | { readonly op: 'vfio_register' | 'vfio_unregister'; readonly device: number }
  | { readonly op: 'vfio_group_open' | 'vfio_group_close'; readonly group: number }
  | { readonly op: 'vfio_set_container'; readonly group: number; readonly container: number }
  | { readonly op: 'vfio_unset_container'; readonly group: number }
  | { readonly op: 'vfio_set_iommu'; readonly container: number; readonly type: number }
  | { readonly op: 'vfio_close_container'; readonly container: number }
  | { readonly op: 'vfio_get_device_fd' | 'vfio_close_device_fd'; readonly device: number }
  | {
      readonly op: 'vfio_check_extension';
      readonly container: number;
      readonly extension: number;
    }
  | ({ readonly op: 'vfio_get_info'; readonly container: number } & IoctlHeader)
  // VFIO_IOMMU_MAP_DMA: flags 1 read, 2 write, 4 VADDR (default 3)
  | ({
      readonly op: 'vfio_map_dma';
      readonly container: number;
      readonly iova: U64;
      readonly va: U64;
      readonly size: U64;
      readonly flags?: number;
    } & IoctlHeader)
  // VFIO_IOMMU_UNMAP_DMA: flags 1 GET_DIRTY_BITMAP, 2 ALL, 4 VADDR; out.size is what went
  | ({
      readonly op: 'vfio_unmap_dma';
      readonly container: number;
      readonly iova: U64;
      readonly size: U64;
      readonly flags?: number;
      /** Of the bitmap, with flag 1; default: the smallest page. */
      readonly pgsize?: number;
    } & IoctlHeader)
  // VFIO_IOMMU_DIRTY_PAGES: flags 1 START, 2 STOP, 4 GET_BITMAP; out.dirty counts the bits set
  | ({
      readonly op: 'vfio_dirty_pages';
      readonly container: number;
      readonly flags: number;
      readonly iova?: U64;
      readonly size?: U64;
      readonly pgsize?: number;
    } & IoctlHeader)
  // execve(2): the process has another mm, with memory at the same addresses
  | { readonly op: 'exec' }
  // vfio_pin_pages, vfio_unpin_pages by a mediated device of the container; one page
  | {
      readonly op: 'vfio_pin_pages' | 'vfio_unpin_pages';
      readonly container: number;
      readonly iova: U64;
    };

/** iommufd: spec/iommu-core.md §6, spec/cookies.md §4, spec/split-merge-dirty.md §7. Ids are slots. */
export type IommufdOp =
  // smallPages: IOMMU_OPTION_HUGE_PAGES off, as for VFIO's type1 v1: areas may then be cut
  | { readonly op: 'ioas_alloc'; readonly ioas: number; readonly smallPages?: true }
  | ({
      readonly op: 'ioas_map';
      readonly ioas: number;
      readonly iova: U64;
      readonly va: U64;
      readonly size: U64;
      /** 1 fixed IOVA, 2 writeable, 4 readable; default 7. */
      readonly flags?: number;
    } & IoctlHeader)
  | ({
      readonly op: 'ioas_unmap';
      readonly ioas: number;
      readonly iova: U64;
      readonly size: U64;
      /** Areas are cut at both ends first (VFIO_IOMMU_UNMAP_DMA of type1 v1 through iommufd). */
      readonly cut?: true;
    } & IoctlHeader)
  | {
      readonly op: 'ioas_copy';
      readonly ioas: number;
      readonly from: number;
      readonly iova: U64;
      readonly fromIova: U64;
      readonly size: U64;
    }
  | { readonly op: 'ioas_destroy'; readonly ioas: number }
  // IOMMU_HWPT_ALLOC: of an ioas (paging) or of a parent hwpt (nested); flags 1 NEST_PARENT,
  // 2 DIRTY_TRACKING, 4 FAULT_ID
  | {
      readonly op: 'hwpt_alloc';
      readonly hwpt: number;
      readonly device: number;
      readonly ioas?: number;
      readonly parent?: number;
      readonly flags?: number;
    }
  | { readonly op: 'hwpt_destroy'; readonly hwpt: number }
  | { readonly op: 'iommufd_bind' | 'iommufd_unbind'; readonly device: number }
  // VFIO_DEVICE_ATTACH_IOMMUFD_PT: attaches, or replaces what is attached
  | {
      readonly op: 'iommufd_attach';
      readonly device: number;
      readonly hwpt?: number;
      readonly ioas?: number;
    }
  | { readonly op: 'iommufd_detach'; readonly device: number }
  // the device asks for a page; user space answers what a hwpt has of the device
  | { readonly op: 'page_request'; readonly device: number }
  | { readonly op: 'fault_respond'; readonly hwpt: number; readonly device: number }
  | { readonly op: 'hwpt_set_dirty'; readonly hwpt: number; readonly enable: boolean }
  // out.dirty counts the bits set; flags 1 NO_CLEAR
  | {
      readonly op: 'hwpt_get_dirty';
      readonly hwpt: number;
      readonly iova: U64;
      readonly size: U64;
      readonly pgsize?: number;
      readonly flags?: number;
    };

/** KVM: spec/coherency-and-ownership.md §3. */
export type KvmOp =
  | {
      readonly op: 'kvm_file_add' | 'kvm_file_del';
      readonly kvm: number;
      readonly group: number;
    }
  // the guest executes WBINVD: out.done says whether the host does
  | { readonly op: 'guest_wbinvd'; readonly kvm: number };
