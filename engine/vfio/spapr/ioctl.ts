// tce_iommu_ioctl: every command with its checks in order. spec/spapr-tce-v2.md §2.

import { EBUSY, EFAULT, EINVAL, ENODEV, ENOMEM, ENOTTY, ENXIO, EPERM, ESRCH } from '../../errno.ts';
import type { Outcome, Steps } from '../../runtime/index.ts';
import type { AnswerHeader, IoctlHeader, Op, RegisterOp } from '../vocabulary.ts';
import type { SpaprKernel } from './kernel.ts';
import type { TceContainer } from './objects.ts';

type OpOf<N extends Op['op']> = Extract<Op, { readonly op: N }>;

/** VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE. */
const readWrite = 3;

/** VFIO_SPAPR_TCE_IOMMU, VFIO_SPAPR_TCE_v2_IOMMU and VFIO_EEH, as extensions. */
const extensions = { tce: 2, eeh: 5, tceV2: 7 } as const;

/** copy_from_user, then argsz. */
function headerError(op: IoctlHeader): number {
  if (op.badPointer === true) return EFAULT;
  return op.shortArgsz === true ? EINVAL : 0;
}

/** copy_to_user: what was done stays done when the answer cannot be written. */
function answered(op: AnswerHeader, out: Readonly<Record<string, number>>): Outcome {
  return op.readOnlyPointer === true ? { ret: EFAULT } : { ret: 0, out };
}

export class IoctlSteps {
  *tceIommuEnable(this: SpaprKernel, container: TceContainer): Steps<number> {
    if (container.v2) return ENOTTY;
    yield container.lock.lock;
    const ret = yield* this.tceIommuEnableLocked(container);
    yield container.lock.unlock;
    return ret;
  }

  /** The whole default window is charged: v1 cannot know how much of it will be used. */
  *tceIommuEnableLocked(this: SpaprKernel, container: TceContainer): Steps<number> {
    yield container.enabled.readOnce;
    if (container.enabled.value) return EBUSY;
    const tableGroup = yield* this.tceIommuFirstTableGroup(container);
    if (tableGroup === null) return ENODEV;
    if (tableGroup.tce32Size === 0) return EPERM;
    const ret = yield* this.tceIommuMmSet(container);
    if (ret !== 0) return ret;
    const mm = (yield* this.tceMm(container)) ?? this.world.currentMm();
    if (mm === null) return ESRCH;
    const pages = tableGroup.tce32Size / 2 ** this.world.geometry.pageShift;
    yield mm.lockedVm.charge(pages);
    if (!mm.lockedVm.charged) return ENOMEM;
    yield container.lockedPages.write;
    container.lockedPages.value = pages;
    yield container.enabled.writeOnce;
    container.enabled.value = true;
    return 0;
  }

  *tceIommuDisableIoctl(this: SpaprKernel, container: TceContainer): Steps<number> {
    if (container.v2) return ENOTTY;
    yield container.lock.lock;
    yield* this.tceIommuDisable(container);
    yield container.lock.unlock;
    return 0;
  }

  *tceIommuRegister(this: SpaprKernel, c: TceContainer, op: RegisterOp): Steps<number> {
    if (!c.v2) return ENOTTY;
    const ret = (yield* this.tceIommuMmSet(c)) || headerError(op);
    if (ret !== 0) return ret;
    if ((op.flags ?? 0) !== 0) return EINVAL;
    yield c.lock.lock;
    const registered = yield* this.tceIommuRegisterPages(c, op.va, op.size);
    yield c.lock.unlock;
    return registered;
  }

  *tceIommuUnregister(this: SpaprKernel, c: TceContainer, op: RegisterOp): Steps<number> {
    if (!c.v2) return ENOTTY;
    if ((yield* this.tceMm(c)) === null) return EPERM;
    const ret = headerError(op);
    if (ret !== 0) return ret;
    if ((op.flags ?? 0) !== 0) return EINVAL;
    yield c.lock.lock;
    const unregistered = yield* this.tceIommuUnregisterPages(c, op.va, op.size);
    yield c.lock.unlock;
    return unregistered;
  }

  *tceIommuMap(this: SpaprKernel, c: TceContainer, op: OpOf<'map'>): Steps<number> {
    yield c.enabled.readOnce;
    if (!c.enabled.value) return EPERM;
    const ret = headerError(op);
    if (ret !== 0) return ret;
    const flags = op.flags ?? readWrite;
    if ((flags & ~readWrite) !== 0) return EINVAL;
    return yield* this.tceIommuMapDma(c, op.iova, op.va, op.size, flags);
  }

  *tceIommuUnmap(this: SpaprKernel, c: TceContainer, op: OpOf<'unmap'>): Steps<number> {
    yield c.enabled.readOnce;
    if (!c.enabled.value) return EPERM;
    const ret = headerError(op);
    if (ret !== 0) return ret;
    if ((op.flags ?? 0) !== 0) return EINVAL;
    return yield* this.tceIommuUnmapDma(c, op.iova, op.size);
  }

  *tceIommuCreate(this: SpaprKernel, c: TceContainer, op: OpOf<'create'>): Steps<Outcome> {
    if (!c.v2) return { ret: ENOTTY };
    const refused = (yield* this.tceIommuMmSet(c)) || (yield* this.tceIommuNoGroups(c));
    const ret = refused || headerError(op);
    if (ret !== 0) return { ret };
    if ((op.flags ?? 0) !== 0) return { ret: EINVAL };
    yield c.lock.lock;
    yield c.windows.downWrite;
    // The groups may have gone since the look without the lock.
    const lost = (yield* this.tceIommuCreateDefaultWindow(c)) || (yield* this.tceIommuNoGroups(c));
    const made =
      lost === 0
        ? yield* this.tceIommuCreateWindow(c, op.pageShift, op.windowSize, op.levels)
        : lost;
    yield c.windows.upWrite;
    yield c.lock.unlock;
    if (typeof made === 'number') return { ret: made };
    return answered(op, { start: made.start });
  }

  *tceIommuRemove(this: SpaprKernel, c: TceContainer, op: OpOf<'remove'>): Steps<number> {
    if (!c.v2) return ENOTTY;
    const refused = (yield* this.tceIommuMmSet(c)) || (yield* this.tceIommuNoGroups(c));
    const ret = refused || headerError(op);
    if (ret !== 0) return ret;
    if ((op.flags ?? 0) !== 0) return EINVAL;
    yield c.lock.lock;
    yield c.windows.downWrite;
    const removed = (yield* this.tceIommuForgetDefaultWindow(c, op.start))
      ? 0
      : yield* this.tceIommuRemoveWindow(c, op.start);
    yield c.windows.upWrite;
    yield c.lock.unlock;
    return removed;
  }

  /** Removing a default window that was never made: it will not be. */
  *tceIommuForgetDefaultWindow(
    this: SpaprKernel,
    container: TceContainer,
    start: number,
  ): Steps<boolean> {
    yield container.defWindowPending.readOnce;
    if (!container.defWindowPending.value || start !== 0) return false;
    yield container.defWindowPending.writeOnce;
    container.defWindowPending.value = false;
    return true;
  }

  *tceIommuNoGroups(this: SpaprKernel, container: TceContainer): Steps<number> {
    yield container.groupList.readOnce;
    return container.groupList.value === null ? ENXIO : 0;
  }

  *tceIommuGetInfo(this: SpaprKernel, c: TceContainer, op: OpOf<'info'>): Steps<Outcome> {
    yield c.lock.lock;
    const tableGroup = yield* this.tceIommuFirstTableGroup(c);
    yield c.lock.unlock;
    if (tableGroup === null) return { ret: ENXIO };
    const ret = headerError(op);
    if (ret !== 0) return { ret };
    const ddw = c.v2 && tableGroup.maxDynamicWindows > 0;
    const out = {
      dma32Start: this.world.geometry.tce32Start,
      dma32Size: tableGroup.tce32Size,
      flags: ddw ? 1 : 0,
      pgsizes: ddw ? tableGroup.pgsizes : 0,
      maxDynamicWindows: ddw ? tableGroup.maxDynamicWindows : 0,
      levels: ddw ? tableGroup.maxLevels : 0,
    };
    return answered(op, out);
  }

  tceCheckExtension(this: SpaprKernel, extension: number): number {
    if (extension === extensions.tce || extension === extensions.tceV2) return 1;
    return extension === extensions.eeh && this.world.geometry.eeh ? 1 : 0;
  }
}
