// tce_iommu_attach_group and tce_iommu_detach_group (drivers/vfio/vfio_iommu_spapr_tce.c), with the
// part of the VFIO core that calls them. Checks in order: spec/spapr-tce-v2.md §3, §4.

import { EBUSY, EINVAL, ENODEV, ENOMEM, EPERM } from '../../errno.ts';
import { slotOf, type TableGroup } from '../../powerpc/tableGroup.ts';
import { listAdd, listDel, listFirst, listNext, type Steps } from '../../runtime/index.ts';
import type { SpaprKernel } from './kernel.ts';
import { type TceContainer, TceGroup, type VfioGroup } from './objects.ts';

export class AttachSteps {
  /** VFIO_GROUP_SET_CONTAINER: a group is in one container at most (-EBUSY). */
  *vfioAttachGroup(this: SpaprKernel, container: TceContainer, group: VfioGroup): Steps<number> {
    yield group.groupLock.lock;
    yield group.container.read;
    const taken = group.container.value;
    let ret = EBUSY;
    if (taken === null || taken === container) {
      yield container.groupLock.downWrite;
      ret = yield* this.tceIommuAttachGroup(container, group);
      yield container.groupLock.upWrite;
    }
    if (ret === 0) {
      yield group.container.write;
      group.container.value = container;
    }
    yield group.groupLock.unlock;
    return ret;
  }

  /** VFIO_GROUP_UNSET_CONTAINER; a group that is not in the container is left alone. */
  *vfioDetachGroup(this: SpaprKernel, container: TceContainer, group: VfioGroup): Steps<number> {
    yield group.groupLock.lock;
    yield group.container.read;
    if (group.container.value === container) {
      yield container.groupLock.downWrite;
      yield* this.tceIommuDetachGroup(container, group);
      yield container.groupLock.upWrite;
      yield group.container.write;
      group.container.value = null;
    }
    yield group.groupLock.unlock;
    return 0;
  }

  *tceIommuAttachGroup(
    this: SpaprKernel,
    container: TceContainer,
    group: VfioGroup,
  ): Steps<number> {
    yield container.lock.lock;
    yield container.windows.downWrite;
    const ret = yield* this.tceIommuAttachLocked(container, group);
    yield container.windows.upWrite;
    yield container.lock.unlock;
    return ret;
  }

  *tceIommuAttachLocked(
    this: SpaprKernel,
    container: TceContainer,
    group: VfioGroup,
  ): Steps<number> {
    const tableGroup = this.tceIommuTableGroup(group);
    if (tableGroup === null) return ENODEV;
    const unsupported = yield* this.tceIommuAttachUnsupported(container, tableGroup);
    if (unsupported !== 0) return unsupported;
    let other = yield* listFirst(container.groupList);
    const first = other === null;
    for (; other !== null; other = yield* listNext(other)) {
      const ret = this.tceIommuCompatible(other.group, group, tableGroup);
      if (ret === 0) continue;
      yield* this.tceIommuAttachRefused(other);
      return ret;
    }
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    const tcegrp = this.world.heap.create(TceGroup, group);
    const ret = yield* this.tceIommuTakeOwnership(container, tableGroup, first);
    yield* this.tceIommuDefaultWindowWanted(container, tableGroup, first, ret);
    if (ret === 0) yield* listAdd(container.groupList, tcegrp);
    else yield tcegrp.free;
    return ret;
  }

  /** iommu_group_get_iommudata(); null: the platform made no table_group. */
  tceIommuTableGroup(this: SpaprKernel, group: VfioGroup): TableGroup | null {
    return group.tableGroup;
  }

  /** What a container cannot hold, whatever else is in it. */
  *tceIommuAttachUnsupported(
    this: SpaprKernel,
    container: TceContainer,
    tableGroup: TableGroup,
  ): Steps<number> {
    // v2 needs dynamic windows; v1 reuses the tables of its one group.
    if (container.v2 && tableGroup.maxDynamicWindows === 0) return EINVAL;
    if (container.v2) return 0;
    return (yield* listFirst(container.groupList)) === null ? 0 : EBUSY;
  }

  /** Groups share tables only when the same code made them. */
  tceIommuCompatible(
    this: SpaprKernel,
    attached: VfioGroup,
    group: VfioGroup,
    tableGroup: TableGroup,
  ): number {
    if (attached === group) return EBUSY;
    return attached.tableGroup?.spec.family === tableGroup.spec.family ? 0 : EPERM;
  }

  /** The error path of a refused attach: nothing was allocated, nothing is to be freed. */
  *tceIommuAttachRefused(this: SpaprKernel, _attached: TceGroup): Steps {}

  /** The first group of a container without a window gets the default one, made when it is needed. */
  *tceIommuDefaultWindowWanted(
    this: SpaprKernel,
    container: TceContainer,
    tableGroup: TableGroup,
    first: boolean,
    ret: number,
  ): Steps {
    if (ret !== 0 || !first) return;
    // A group that brings its tables settles what an earlier one has left to be made.
    if (tableGroup.legacy) {
      yield* this.tceIommuDefaultWindowSettled(container);
      return;
    }
    const slot = slotOf(container, 0);
    yield slot.read;
    if (slot.value !== null) return;
    yield container.defWindowPending.writeOnce;
    container.defWindowPending.value = true;
  }

  *tceIommuDefaultWindowSettled(this: SpaprKernel, container: TceContainer): Steps {
    yield container.defWindowPending.readOnce;
    if (!container.defWindowPending.value) return;
    yield container.defWindowPending.writeOnce;
    container.defWindowPending.value = false;
  }

  *tceIommuDetachGroup(this: SpaprKernel, container: TceContainer, group: VfioGroup): Steps {
    yield container.lock.lock;
    yield container.windows.downWrite;
    let tcegrp = yield* listFirst(container.groupList);
    while (tcegrp !== null && tcegrp.group !== group) tcegrp = yield* listNext(tcegrp);
    if (tcegrp !== null) {
      yield* listDel(container.groupList, tcegrp);
      yield tcegrp.free;
      const last = (yield* listFirst(container.groupList)) === null;
      yield* this.tceIommuReleaseOwnership(container, group.tableGroup as TableGroup, last);
    }
    yield container.windows.upWrite;
    yield container.lock.unlock;
  }
}
