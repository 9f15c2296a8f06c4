// VFIO_IOMMU_MAP_DMA and VFIO_IOMMU_UNMAP_DMA after their arguments were read. No container->lock:
// several tasks may work in one table at a time. spec/spapr-tce-v2.md §2.

import { EINVAL, ENXIO } from '../../errno.ts';
import type { IommuTable } from '../../powerpc/iommuTable.ts';
import type { Steps } from '../../runtime/index.ts';
import type { U64 } from '../vocabulary.ts';
import type { SpaprKernel } from './kernel.ts';
import type { TceContainer } from './objects.ts';

export class MappingSteps {
  *tceIommuMapDma(
    this: SpaprKernel,
    container: TceContainer,
    iova: U64,
    va: U64,
    size: U64,
    flags: number,
  ): Steps<number> {
    const pending = yield* this.tceIommuDefaultWindowForMap(container);
    if (pending !== 0) return pending;
    yield* this.tceIommuWindowsGet(container);
    const ret = yield* this.tceIommuMapInWindow(container, iova, va, size, flags);
    yield* this.tceIommuWindowsPut(container);
    return ret;
  }

  *tceIommuMapInWindow(
    this: SpaprKernel,
    container: TceContainer,
    iova: U64,
    va: U64,
    size: U64,
    flags: number,
  ): Steps<number> {
    const table = (yield* this.tceIommuFindTable(container, iova))?.table;
    if (table === undefined) return ENXIO;
    const page = 2 ** table.itPageShift;
    if (size % page !== 0 || va % page !== 0) return EINVAL;
    if (flags === 0) return EINVAL;
    if (!this.tcePutParamsFit(table, iova, size)) return this.tceParamError();
    const entry = iova / page;
    return container.v2
      ? yield* this.tceIommuBuildV2(container, table, entry, va, size / page, flags)
      : yield* this.tceIommuBuild(container, table, entry, va, size / page, flags);
  }

  *tceIommuUnmapDma(
    this: SpaprKernel,
    container: TceContainer,
    iova: U64,
    size: U64,
  ): Steps<number> {
    const pending = yield* this.tceIommuDefaultWindowForMap(container);
    if (pending !== 0) return pending;
    yield* this.tceIommuWindowsGet(container);
    const ret = yield* this.tceIommuUnmapInWindow(container, iova, size);
    yield* this.tceIommuWindowsPut(container);
    return ret;
  }

  *tceIommuUnmapInWindow(
    this: SpaprKernel,
    container: TceContainer,
    iova: U64,
    size: U64,
  ): Steps<number> {
    const table = (yield* this.tceIommuFindTable(container, iova))?.table;
    if (table === undefined) return ENXIO;
    const page = 2 ** table.itPageShift;
    if (size % page !== 0) return EINVAL;
    if (!this.tceClearParamsFit(table, iova, size)) return this.tceParamError();
    yield* this.tceIommuClear(container, table, iova / page, size / page);
    return 0;
  }

  /** iommu_tce_put_param_check: aligned, and the whole range inside the window. */
  tcePutParamsFit(this: SpaprKernel, table: IommuTable, iova: U64, size: U64): boolean {
    return iova % 2 ** table.itPageShift === 0 && iova + size <= table.end;
  }

  /** iommu_tce_clear_param_check. */
  tceClearParamsFit(this: SpaprKernel, table: IommuTable, iova: U64, size: U64): boolean {
    return iova % 2 ** table.itPageShift === 0 && iova + size <= table.end;
  }

  /** What a failed parameter check returns. */
  tceParamError(this: SpaprKernel): number {
    return EINVAL;
  }

  /** The windows stay as they are until the matching put. */
  *tceIommuWindowsGet(this: SpaprKernel, container: TceContainer): Steps {
    yield container.windows.downRead;
  }

  *tceIommuWindowsPut(this: SpaprKernel, container: TceContainer): Steps {
    yield container.windows.upRead;
  }
}
