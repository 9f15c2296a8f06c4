// The operations that programs are made of, and the topology they run on, as plain JSON data.
// They stay close to the ioctls (same arguments and units), so that a program can also be run on a
// live kernel. No behaviour lives here.

import type { ProgramOf } from '../program.ts';

/**
 * A u64 as a JavaScript number. Every multiple of 4096 below 2^64 is exact in a double, and so is
 * every value below 2^53; nothing else is accepted where programs are read.
 */
export type U64 = number;

/** Arguments that only badly written user space gets wrong; a well-formed call leaves them out. */
export interface IoctlHeader {
  /** argsz is smaller than the structure: -EINVAL. */
  readonly shortArgsz?: true;
  /** The argument pointer is not readable: -EFAULT. */
  readonly badPointer?: true;
}

/** Of ioctls that answer through their argument. */
export interface AnswerHeader extends IoctlHeader {
  /** The argument can be read but not written back: -EFAULT, after everything was done. */
  readonly readOnlyPointer?: true;
}

/** One operation of a task: what user space (or the VFIO core on its behalf) asks of a container. */
export type Op =
  // driver entry points called by the VFIO core with the container's group_lock held for write
  | { readonly op: 'attach'; readonly container: number; readonly group: number }
  | { readonly op: 'detach'; readonly container: number; readonly group: number }
  | { readonly op: 'close'; readonly container: number }
  // VFIO_IOMMU_ENABLE, VFIO_IOMMU_DISABLE (v1)
  | { readonly op: 'enable'; readonly container: number }
  | { readonly op: 'disable'; readonly container: number }
  // VFIO_IOMMU_SPAPR_{REGISTER,UNREGISTER}_MEMORY (v2): va and size in bytes, flags must be 0
  | ({
      readonly op: 'register' | 'unregister';
      readonly container: number;
      readonly va: U64;
      readonly size: U64;
      readonly flags?: number;
    } & IoctlHeader)
  // VFIO_IOMMU_MAP_DMA: flags 1 = device reads, 2 = device writes, 3 = both (default 3)
  | ({
      readonly op: 'map';
      readonly container: number;
      readonly iova: U64;
      readonly va: U64;
      readonly size: U64;
      readonly flags?: number;
    } & IoctlHeader)
  // VFIO_IOMMU_UNMAP_DMA: flags must be 0
  | ({
      readonly op: 'unmap';
      readonly container: number;
      readonly iova: U64;
      readonly size: U64;
      readonly flags?: number;
    } & IoctlHeader)
  // VFIO_IOMMU_SPAPR_TCE_{CREATE,REMOVE,GET_INFO}; a window's start comes back in `out.start`
  | ({
      readonly op: 'create';
      readonly container: number;
      readonly pageShift: number;
      readonly windowSize: U64;
      readonly levels: number;
      readonly flags?: number;
    } & AnswerHeader)
  | ({
      readonly op: 'remove';
      readonly container: number;
      readonly start: U64;
      readonly flags?: number;
    } & IoctlHeader)
  | ({ readonly op: 'info'; readonly container: number } & AnswerHeader)
  // VFIO_CHECK_EXTENSION, VFIO_EEH_PE_OP, and a command the driver does not know
  | { readonly op: 'checkExtension'; readonly container: number; readonly extension: number }
  | { readonly op: 'eeh'; readonly container: number }
  | { readonly op: 'unknownIoctl'; readonly container: number };

/** REGISTER_MEMORY and UNREGISTER_MEMORY: the same arguments. */
export type RegisterOp = Extract<Op, { readonly op: 'register' | 'unregister' }>;

export type OpName = Op['op'];

/** What an operation returned: 0, a positive value or a negative errno; and what it wrote back. */
export interface Result {
  readonly ret: number;
  readonly out?: Readonly<Record<string, number>>;
}

/** A range of a process's address space that can be pinned; `pageShift` is its backing page's. */
export interface Vma {
  readonly start: U64;
  readonly end: U64;
  readonly pageShift: number;
}

/** What a host is made of: the sizes that differ between machines and between small and real runs. */
export interface Geometry {
  readonly name: string;
  /** log2 of the host page, 12 or 16. */
  readonly pageShift: number;
  /** The default window: start and size in bytes, at IOMMU page shift 12. */
  readonly tce32Start: U64;
  readonly tce32Size: U64;
  /** Start of the second window. */
  readonly tce64Start: U64;
  /** Mask of IOMMU page sizes of dynamic windows, bit n = 2^n bytes. */
  readonly pgsizes: number;
  readonly maxLevels: number;
  readonly maxDynamicWindows: number;
  /** Enhanced error handling is there: extension 5 answers 1. */
  readonly eeh: boolean;
  /** pseries: set_window refuses a table that is not the group's own (-EPERM). */
  readonly ownTablesOnly: boolean;
}

/** An IOMMU group of the topology. */
export interface GroupSpec {
  /** `ddw`: dynamic windows and ownership callbacks; `legacy`: one table made at boot. */
  readonly kind: 'ddw' | 'legacy';
  /** Groups with different families have different ops and cannot share a container. */
  readonly family: number;
  /** The platform gave the group no table_group. */
  readonly noTableGroup?: true;
  /** Kernel DMA is live in the group's table: taking ownership fails with -EBUSY (legacy). */
  readonly kernelDmaLive?: true;
  /**
   * A legacy group's tables: slots that exist, whether each has a kernel bitmap (it_map), and log2
   * of its IOMMU page (default 12).
   */
  readonly tables?: readonly (null | { readonly itMap: boolean; readonly pageShift?: number })[];
  /** tce32_size is 0: ENABLE is -EPERM. */
  readonly noWindow?: true;
}

export interface ProcessSpec {
  /** RLIMIT_MEMLOCK in host pages; absent: CAP_IPC_LOCK. */
  readonly memlockPages?: number;
  readonly vmas: readonly Vma[];
}

/** Everything that exists before the first operation. Containers are open, with nothing attached. */
export interface Topology {
  readonly geometry: Geometry;
  readonly processes: readonly ProcessSpec[];
  readonly groups: readonly GroupSpec[];
  /** `process` opened the container; operations come from a task's own process. */
  readonly containers: readonly { readonly version: 1 | 2; readonly process: number }[];
}

/** Places where the environment may refuse: each is a choice of the explorer. */
export const faultSites = [
  'kzalloc',
  'vzalloc',
  'pin',
  'create_table',
  'set_window',
  'xchg',
  'take_ownership',
] as const;
export type FaultSite = (typeof faultSites)[number];

/** A program of SPAPR registration. */
export type Program = ProgramOf<'spapr', Topology, Op, FaultSite>;
