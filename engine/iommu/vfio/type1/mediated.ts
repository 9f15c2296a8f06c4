// vfio_iommu_type1.c: pages that mediated devices pin, and how they are told of unmaps
// (spec/iommu-core.md §5). The devices' drivers here unpin what an unmap takes away, as they must.

import { EACCES, EBUSY, EINVAL, ENOMEM, EPERM } from '../../../errno.ts';
import type { Steps } from '../../../runtime/index.ts';
import type { U64 } from '../../../vfio/vocabulary.ts';
import type { PhysPage } from '../../core/objects.ts';
import type { IommuKernel } from '../../kernel.ts';
import type { VfioContainer, VfioDevice } from '../objects.ts';
import { type Type1, type VfioDma, VfioPfn } from './objects.ts';

export class Type1MediatedSteps {
  /** vfio_iommu_type1_register_device: the device is opened. */
  *type1RegisterDevice(this: IommuKernel, container: VfioContainer, device: VfioDevice): Steps {
    yield container.iommuData.readOnce;
    const iommu = container.iommuData.value as Type1;
    yield iommu.lock.lock;
    yield iommu.deviceList.read;
    const devices = iommu.deviceList.value.items;
    yield iommu.deviceList.write;
    iommu.deviceList.value = iommu.deviceList.of([...devices, device]);
    yield iommu.lock.unlock;
  }

  /** The device is closed: its driver unpins everything, and is told of nothing any more. */
  *type1UnregisterDevice(this: IommuKernel, container: VfioContainer, device: VfioDevice): Steps {
    yield container.iommuData.readOnce;
    const iommu = container.iommuData.value as Type1;
    yield iommu.lock.lock;
    yield iommu.deviceList.read;
    const left = iommu.deviceList.value.items.filter((d) => d !== device);
    if (left.length === 0) {
      yield iommu.dmaList.read;
      for (const dma of iommu.dmaList.value.items) yield* this.type1UnpinAll(iommu, dma);
    }
    yield iommu.deviceList.write;
    iommu.deviceList.value = iommu.deviceList.of(left);
    yield iommu.lock.unlock;
  }

  /** vfio_notify_dma_unmap: the callbacks unpin, for which the lock is given up. */
  *vfioNotifyDmaUnmap(this: IommuKernel, iommu: Type1, dma: VfioDma): Steps {
    const { iova, size } = dma;
    yield iommu.lock.unlock;
    yield* this.mediatedDmaUnmap(iommu, iova, size);
    yield iommu.lock.lock;
  }

  /** A driver's dma_unmap callback: vfio_unpin_pages of every page of the range that it pinned. */
  *mediatedDmaUnmap(this: IommuKernel, iommu: Type1, iova: U64, size: U64): Steps {
    yield iommu.lock.lock;
    const dma = yield* this.vfioFindDma(iommu, iova, size);
    if (dma !== null) yield* this.type1UnpinAll(iommu, dma);
    yield iommu.lock.unlock;
  }

  *type1UnpinAll(this: IommuKernel, iommu: Type1, dma: VfioDma): Steps {
    yield dma.pfnList.read;
    for (const pfn of dma.pfnList.value.items) {
      yield pfn.refCount.write;
      pfn.refCount.value = 1;
      yield* this.vfioUnpinPageExternal(iommu, dma, pfn);
    }
  }

  /** vfio_iommu_type1_pin_pages of one page: 1, or an errno. */
  *vfioIommuType1PinPages(this: IommuKernel, iommu: Type1, iova: U64): Steps<number> {
    if (!iommu.v2) {
      yield this.world.env.local;
      return EACCES;
    }
    yield iommu.lock.lock;
    const ret = yield* this.type1PinLocked(iommu, iova);
    yield iommu.lock.unlock;
    return ret;
  }

  *type1PinLocked(this: IommuKernel, iommu: Type1, iova: U64): Steps<number> {
    yield iommu.vaddrInvalidCount.read;
    if (iommu.vaddrInvalidCount.value > 0) return EBUSY;
    yield iommu.deviceList.read;
    if (iommu.deviceList.value.items.length === 0) return EINVAL;
    const pageSize = 2 ** this.world.geometry.pageShift;
    const dma = yield* this.vfioFindDma(iommu, iova, pageSize);
    if (dma === null) return EINVAL;
    if ((dma.prot & 3) !== 3) return EPERM;
    const known = yield* this.vfioIovaGetVfioPfn(dma, iova);
    if (known) return 1;
    const ret = yield* this.vfioPinPageExternal(iommu, dma, iova);
    if (ret !== 0) return ret;
    yield* this.type1MarkDirty(dma, iova);
    return 1;
  }

  /** A page that is pinned already: one more user. */
  *vfioIovaGetVfioPfn(this: IommuKernel, dma: VfioDma, iova: U64): Steps<boolean> {
    yield dma.pfnList.read;
    const pfn = dma.pfnList.value.items.find((p) => p.iova === iova);
    if (pfn === undefined) return false;
    yield pfn.refCount.read;
    const count = pfn.refCount.value;
    yield pfn.refCount.write;
    pfn.refCount.value = count + 1;
    return true;
  }

  /** vfio_pin_page_external and vfio_add_to_pfn_list. */
  *vfioPinPageExternal(this: IommuKernel, iommu: Type1, dma: VfioDma, iova: U64): Steps<number> {
    yield dma.mm.read;
    const mm = dma.mm.value;
    yield dma.vaddr.read;
    const page = yield* this.pinUserPage(mm, dma.vaddr.value + (iova - dma.iova));
    if (page === null) return EINVAL;
    const accounts = yield* this.type1ExternalAccounts(iommu);
    if (accounts && !(yield* this.vfioLockAcct(dma, 1))) {
      yield* this.unpinUserPage(page);
      return ENOMEM;
    }
    if (yield* this.world.refuses('kzalloc')) {
      yield* this.type1PinUnwind(dma, page, accounts);
      return ENOMEM;
    }
    yield dma.pfnList.read;
    const others = dma.pfnList.value.items;
    yield dma.pfnList.write;
    const pfn = this.world.heap.create(VfioPfn, iova, page.pa);
    dma.pfnList.value = dma.pfnList.of([...others, pfn].sort((a, b) => a.iova - b.iova));
    return 0;
  }

  /** With a domain every page is accounted by its mapping. */
  *type1ExternalAccounts(this: IommuKernel, iommu: Type1): Steps<boolean> {
    yield iommu.domainList.read;
    return iommu.domainList.value.items.length === 0;
  }

  *type1PinUnwind(this: IommuKernel, dma: VfioDma, page: PhysPage, accounts: boolean): Steps {
    yield* this.unpinUserPage(page);
    if (accounts) yield* this.vfioLockAcct(dma, -1);
  }

  /** vfio_iommu_type1_unpin_pages of one page. */
  *vfioIommuType1UnpinPages(this: IommuKernel, iommu: Type1, iova: U64): Steps {
    yield iommu.lock.lock;
    const dma = yield* this.vfioFindDma(iommu, iova, 2 ** this.world.geometry.pageShift);
    if (dma !== null) {
      yield dma.pfnList.read;
      const pfn = dma.pfnList.value.items.find((p) => p.iova === iova);
      if (pfn !== undefined) yield* this.vfioUnpinPageExternal(iommu, dma, pfn);
    }
    yield iommu.lock.unlock;
  }

  *vfioUnpinPageExternal(this: IommuKernel, iommu: Type1, dma: VfioDma, pfn: VfioPfn): Steps {
    yield pfn.refCount.read;
    const count = pfn.refCount.value;
    yield pfn.refCount.write;
    pfn.refCount.value = count - 1;
    if (count > 1) return;
    yield* this.unpinUserPage(this.world.page(pfn.pa));
    yield dma.pfnList.read;
    const left = dma.pfnList.value.items.filter((p) => p !== pfn);
    yield dma.pfnList.write;
    dma.pfnList.value = dma.pfnList.of(left);
    yield pfn.free;
    if (yield* this.type1ExternalAccounts(iommu)) yield* this.vfioLockAcct(dma, -1);
  }
}
