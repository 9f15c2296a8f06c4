// iopt_cut_iova: areas are split for VFIO's type1 v1, which may unmap a part of what was mapped
// (spec/iommu-core.md §6). The pages stay; the two areas share them.

import { EBUSY, EINVAL, ENOMEM } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuKernel } from '../kernel.ts';
import { firstArea, type Iopt, IoptArea, type IoptPages } from './iopt.ts';

export class CutSteps {
  /** Each address becomes the last of an area, where one lies across it. */
  *ioptCutIova(this: IommuKernel, iopt: Iopt, iovas: readonly U64[]): Steps<number> {
    yield iopt.iovaRwsem.downWrite;
    let ret = 0;
    for (const iova of iovas) {
      yield iopt.areas.read;
      const area = firstArea(iopt.areas.value, iova, iova);
      if (area === null) continue;
      ret = yield* this.ioptAreaSplit(iopt, area, iova);
      if (ret !== 0) break;
    }
    yield iopt.iovaRwsem.upWrite;
    return ret;
  }

  /** iopt_area_split. */
  *ioptAreaSplit(this: IommuKernel, iopt: Iopt, area: IoptArea, iova: U64): Steps<number> {
    if (iova === area.iova || iova === area.last) return 0;
    yield area.pages.read;
    const pages = area.pages.value;
    if (pages === null) return EBUSY;
    yield area.preventAccess.read;
    if (area.preventAccess.value) return EBUSY;
    yield iopt.iovaAlignment.read;
    const { value: alignment } = iopt.iovaAlignment;
    const offset = iova + 1 - area.iova;
    if ((iova + 1) % alignment !== 0 || (area.startByte + offset) % alignment !== 0) return EINVAL;
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    yield pages.mutex.lock;
    yield area.numAccesses.read;
    let ret = area.numAccesses.value === 0 ? 0 : EINVAL;
    yield area.storageDomain.read;
    const filled = area.storageDomain.value !== null;
    // A domain could have a huge page across the cut.
    if (filled && !iopt.disableLargePages) ret = EINVAL;
    if (ret === 0) yield* this.ioptAreaReplace(iopt, area, pages, offset, filled);
    yield pages.mutex.unlock;
    return ret;
  }

  /** The two halves in place of the area, in both trees. */
  *ioptAreaReplace(
    this: IommuKernel,
    iopt: Iopt,
    area: IoptArea,
    pages: IoptPages,
    offset: U64,
    filled: boolean,
  ): Steps {
    const { heap } = this.world;
    const { iova, startByte, length, prot } = area;
    yield iopt.areas.exchange;
    const lhs = heap.create(IoptArea, iova, offset, startByte, prot);
    const rhs = heap.create(IoptArea, iova + offset, length - offset, startByte + offset, prot);
    iopt.areas.value = iopt.areas.value.without(area).with(lhs).with(rhs);
    if (filled) yield* this.ioptSplitDomainsItree(area, pages, [lhs, rhs]);
    yield area.storageDomain.read;
    const storage = area.storageDomain.value;
    for (const half of [lhs, rhs]) {
      yield half.storageDomain.write;
      half.storageDomain.value = storage;
      yield half.pages.write;
      half.pages.value = pages;
    }
    yield pages.kref.get;
    yield area.free;
  }

  /** What says that the pages are pinned has to name the new areas. */
  *ioptSplitDomainsItree(
    this: IommuKernel,
    area: IoptArea,
    pages: IoptPages,
    halves: readonly IoptArea[],
  ): Steps {
    yield pages.domainsItree.exchange;
    let tree = pages.domainsItree.value.without(area);
    for (const half of halves) tree = tree.with(half);
    pages.domainsItree.value = tree;
  }
}
