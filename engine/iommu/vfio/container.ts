// drivers/vfio/container.c: the container file, SET_IOMMU, and how groups join and leave it
// (spec/coherency-and-ownership.md §2). The only IOMMU driver is type1.

import { EBADF, EINVAL, ENODEV } from '../../errno.ts';
import type { Outcome, Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { OpOf } from '../vocabulary/index.ts';
import type { VfioContainer, VfioGroup } from './objects.ts';
import type { Type1 } from './type1/objects.ts';

/** ioctls that the container leaves to its IOMMU driver. */
export type DriverOp = OpOf<
  'vfio_get_info' | 'vfio_map_dma' | 'vfio_unmap_dma' | 'vfio_dirty_pages'
>;

export class ContainerSteps {
  /** fdput of a container's file; the last one releases it (vfio_fops_release). */
  *vfioContainerFput(this: IommuKernel, container: VfioContainer): Steps {
    yield container.file.put;
    if (container.file.answer) yield* this.vfioContainerPut(container);
  }

  /** close(2): groups keep a container alive that has no file any more. */
  *vfioContainerClose(this: IommuKernel, container: VfioContainer): Steps<number> {
    yield container.file.close;
    const { closing } = container.file;
    if (closing === 'last') yield* this.vfioContainerPut(container);
    return closing === 'closed' ? EBADF : 0;
  }

  *vfioContainerPut(this: IommuKernel, container: VfioContainer): Steps {
    yield container.kref.put;
    if (container.kref.wasLast) yield container.free;
  }

  /** Without a driver every registered one is asked, as if it had no container. */
  *vfioContainerIoctlCheckExtension(
    this: IommuKernel,
    container: VfioContainer,
    extension: number,
  ): Steps<number> {
    yield container.groupLock.downRead;
    yield container.iommuData.read;
    const ret = yield* this.type1CheckExtension(container.iommuData.value, extension);
    yield container.groupLock.upRead;
    return ret;
  }

  /** vfio_ioctl_set_iommu: only a container with groups gets a driver, and only once. */
  *vfioIoctlSetIommu(this: IommuKernel, container: VfioContainer, type: number): Steps<number> {
    yield container.groupLock.downWrite;
    const ret = yield* this.vfioSetIommuLocked(container, type);
    yield container.groupLock.upWrite;
    return ret;
  }

  *vfioSetIommuLocked(this: IommuKernel, container: VfioContainer, type: number): Steps<number> {
    yield container.groupList.read;
    const groups = container.groupList.value.items;
    if (groups.length === 0) return EINVAL;
    yield container.iommuData.read;
    if (container.iommuData.value !== null) return EINVAL;
    if ((yield* this.type1CheckExtension(null, type)) <= 0) return ENODEV;
    const data = yield* this.vfioIommuType1Open(type);
    if (typeof data === 'number') return data;
    const ret = yield* this.vfioContainerAttachGroups(groups, data);
    if (ret !== 0) {
      yield* this.vfioIommuType1Release(data);
      return ret;
    }
    // Looked at under group_lock alone by vfio_group_use_container.
    yield container.iommuData.writeOnce;
    container.iommuData.value = data;
    return 0;
  }

  /** __vfio_container_attach_groups: all of them or none. */
  *vfioContainerAttachGroups(
    this: IommuKernel,
    groups: readonly VfioGroup[],
    data: Type1,
  ): Steps<number> {
    for (const [i, group] of groups.entries()) {
      const ret = yield* this.vfioIommuType1AttachGroup(data, group);
      if (ret === 0) continue;
      for (const done of groups.slice(0, i).reverse())
        yield* this.vfioIommuType1DetachGroup(data, done);
      return ret;
    }
    return 0;
  }

  /** vfio_container_attach_group; group->group_lock is held. */
  *vfioContainerAttachGroup(
    this: IommuKernel,
    container: VfioContainer,
    group: VfioGroup,
  ): Steps<number> {
    yield container.groupLock.downWrite;
    let ret = group.emulated
      ? 0
      : yield* this.iommuGroupClaimDmaOwner(group.iommuGroup, group.owner);
    if (ret === 0) {
      ret = yield* this.vfioContainerAddGroup(container, group);
      if (ret !== 0 && !group.emulated) yield* this.iommuGroupReleaseDmaOwner(group.iommuGroup);
    }
    yield container.groupLock.upWrite;
    return ret;
  }

  *vfioContainerAddGroup(
    this: IommuKernel,
    container: VfioContainer,
    group: VfioGroup,
  ): Steps<number> {
    yield container.iommuData.read;
    const data = container.iommuData.value;
    const ret = data === null ? 0 : yield* this.vfioIommuType1AttachGroup(data, group);
    if (ret !== 0) return ret;
    yield group.container.write;
    group.container.value = container;
    yield group.containerUsers.write;
    group.containerUsers.value = 1;
    yield container.groupList.read;
    const others = container.groupList.value.items;
    yield container.groupList.write;
    container.groupList.value = container.groupList.of([group, ...others]);
    yield container.kref.get;
    return 0;
  }

  /** vfio_group_detach_container: without its last group a container loses its driver. */
  *vfioGroupDetachContainer(this: IommuKernel, container: VfioContainer, group: VfioGroup): Steps {
    yield container.groupLock.downWrite;
    yield container.iommuData.read;
    const data = container.iommuData.value;
    if (data !== null) yield* this.vfioIommuType1DetachGroup(data, group);
    if (!group.emulated) yield* this.iommuGroupReleaseDmaOwner(group.iommuGroup);
    yield group.container.write;
    group.container.value = null;
    yield group.containerUsers.write;
    group.containerUsers.value = 0;
    yield container.groupList.read;
    const left = container.groupList.value.items.filter((g) => g !== group);
    yield container.groupList.write;
    container.groupList.value = container.groupList.of(left);
    if (data !== null && left.length === 0) {
      yield* this.vfioIommuType1Release(data);
      yield container.iommuData.writeOnce;
      container.iommuData.value = null;
    }
    yield container.groupLock.upWrite;
    yield* this.vfioContainerPut(container);
  }

  /** vfio_fops_unl_ioctl: the driver stays while a call is in it. */
  *vfioFopsUnlIoctl(this: IommuKernel, container: VfioContainer, op: DriverOp): Steps<Outcome> {
    yield container.groupLock.downRead;
    const result = yield* this.vfioDriverIoctl(container, op);
    yield container.groupLock.upRead;
    return result;
  }

  *vfioDriverIoctl(this: IommuKernel, container: VfioContainer, op: DriverOp): Steps<Outcome> {
    yield container.iommuData.readOnce;
    const data = container.iommuData.value;
    if (data === null) return { ret: EINVAL };
    return yield* this.vfioIommuType1Ioctl(data, op);
  }
}
