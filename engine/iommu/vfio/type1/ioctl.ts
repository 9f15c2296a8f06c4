// vfio_iommu_type1.c: ioctls of the driver, and the checks of their arguments that need no lock.

import { EFAULT, EINVAL } from '../../../errno.ts';
import type { Outcome, Steps } from '../../../runtime/index.ts';
import type { IommuKernel } from '../../kernel.ts';
import type { OpOf } from '../../vocabulary/index.ts';
import type { DriverOp } from '../container.ts';
import { extensions } from './attach.ts';
import { mapFlags } from './map.ts';
import type { Type1 } from './objects.ts';
import { unmapFlags } from './unmap.ts';

const allMapFlags = mapFlags.read | mapFlags.write | mapFlags.vaddr;
const allUnmapFlags = unmapFlags.dirtyBitmap | unmapFlags.all | unmapFlags.vaddr;

export class Type1IoctlSteps {
  *vfioIommuType1Ioctl(this: IommuKernel, iommu: Type1, op: DriverOp): Steps<Outcome> {
    switch (op.op) {
      case 'vfio_get_info':
        return yield* this.vfioIommuType1GetInfo(iommu, op);
      case 'vfio_map_dma':
        return yield* this.vfioIommuType1MapDma(iommu, op);
      case 'vfio_unmap_dma':
        return yield* this.vfioIommuType1UnmapDma(iommu, op);
      case 'vfio_dirty_pages':
        return yield* this.vfioIommuType1DirtyPages(iommu, op);
      default:
        return op satisfies never;
    }
  }

  /** vfio_iommu_type1_check_extension; `iommu` null: the container has no driver yet. */
  *type1CheckExtension(this: IommuKernel, iommu: Type1 | null, extension: number): Steps<number> {
    switch (extension) {
      case extensions.type1:
      case extensions.type1v2:
      case extensions.unmapAll:
        return 1;
      case extensions.nesting:
        return this.type1HasNesting();
      case extensions.updateVaddr: {
        if (iommu === null) return 0;
        yield iommu.lock.lock;
        yield iommu.emulatedGroups.read;
        const emulated = iommu.emulatedGroups.value.items.length > 0;
        yield iommu.lock.unlock;
        return emulated ? 0 : 1;
      }
      case extensions.dmaCcIommu:
        return iommu === null ? 0 : yield* this.vfioDomainsHaveEnforce(iommu);
      default:
        return 0;
    }
  }

  /** VFIO_TYPE1_NESTING_IOMMU: until it was removed. */
  type1HasNesting(this: IommuKernel): number {
    return 1;
  }

  /** vfio_domains_have_enforce_cache_coherency. */
  *vfioDomainsHaveEnforce(this: IommuKernel, iommu: Type1): Steps<number> {
    yield iommu.lock.lock;
    yield iommu.domainList.read;
    const all = iommu.domainList.value.items.every((d) => d.enforceCacheCoherency);
    yield iommu.lock.unlock;
    return all ? 1 : 0;
  }

  *vfioIommuType1GetInfo(
    this: IommuKernel,
    iommu: Type1,
    op: OpOf<'vfio_get_info'>,
  ): Steps<Outcome> {
    if (op.badPointer === true) return { ret: EFAULT };
    if (op.shortArgsz === true) return { ret: EINVAL };
    yield iommu.lock.lock;
    yield iommu.pgsize.read;
    const pgsize = iommu.pgsize.value;
    yield iommu.dmaAvail.read;
    const avail = iommu.dmaAvail.value;
    yield iommu.lock.unlock;
    return { ret: 0, out: { pgsize, avail } };
  }

  *vfioIommuType1MapDma(this: IommuKernel, iommu: Type1, op: OpOf<'vfio_map_dma'>): Steps<Outcome> {
    if (op.badPointer === true) return { ret: EFAULT };
    if (op.shortArgsz === true || ((op.flags ?? 0) & ~allMapFlags) !== 0) return { ret: EINVAL };
    return { ret: yield* this.vfioDmaDoMap(iommu, op) };
  }

  *vfioIommuType1UnmapDma(
    this: IommuKernel,
    iommu: Type1,
    op: OpOf<'vfio_unmap_dma'>,
  ): Steps<Outcome> {
    if (op.badPointer === true) return { ret: EFAULT };
    const flags = op.flags ?? 0;
    if (op.shortArgsz === true || (flags & ~allUnmapFlags) !== 0) return { ret: EINVAL };
    const { dirtyBitmap, all, vaddr } = unmapFlags;
    if ((flags & dirtyBitmap) !== 0 && (flags & (all | vaddr)) !== 0) return { ret: EINVAL };
    return yield* this.vfioDmaDoUnmap(iommu, op);
  }
}
