// drivers/vfio/container.c of Linux 6.12: the container file and how groups join and leave it.
// The only IOMMU driver is that of SPAPR TCE, so the list of drivers has one entry.

import { EINVAL, ENODEV } from '../../errno.ts';
import {
  listAdd,
  listDel,
  listFirst,
  listNext,
  type Outcome,
  type Steps,
} from '../../runtime/index.ts';
import { TceContainer } from '../spapr/objects.ts';
import { tceIommuIoctl } from '../spapr/operations.ts';
import type { Op } from '../vocabulary.ts';
import type { VfioCore } from './kernel.ts';
import { VfioContainer, type VfioCoreGroup } from './objects.ts';

/** VFIO_SPAPR_TCE_IOMMU and VFIO_SPAPR_TCE_v2_IOMMU: what SET_IOMMU accepts. */
const iommuTypes = { tce: 2, tceV2: 7 } as const;

export class ContainerSteps {
  /** vfio_fops_open; `index` only names the object. */
  *vfioFopsOpen(this: VfioCore, index: number): Steps<VfioContainer> {
    yield this.spapr.world.env.local;
    return this.spapr.world.heap.create(VfioContainer, index);
  }

  /** vfio_fops_release: groups keep a container alive that has no file any more. */
  *vfioFopsRelease(this: VfioCore, container: VfioContainer): Steps {
    yield* this.vfioContainerPut(container);
  }

  *vfioContainerPut(this: VfioCore, container: VfioContainer): Steps {
    yield container.kref.put;
    if (container.kref.wasLast) yield container.free;
  }

  *vfioGetApiVersion(this: VfioCore): Steps<number> {
    yield this.spapr.world.env.local;
    return 0;
  }

  /** Without a driver every registered one is asked; with one, that one: here the same. */
  *vfioContainerIoctlCheckExtension(
    this: VfioCore,
    container: VfioContainer,
    extension: number,
  ): Steps<number> {
    yield container.groupLock.downRead;
    const ret = this.spapr.tceCheckExtension(extension);
    yield container.groupLock.upRead;
    return ret;
  }

  /** vfio_ioctl_set_iommu: only a container with groups gets a driver, and only once. */
  *vfioIoctlSetIommu(this: VfioCore, container: VfioContainer, type: number): Steps<number> {
    yield container.groupLock.downWrite;
    const ret = yield* this.vfioIoctlSetIommuLocked(container, type);
    yield container.groupLock.upWrite;
    return ret;
  }

  *vfioIoctlSetIommuLocked(this: VfioCore, container: VfioContainer, type: number): Steps<number> {
    if ((yield* listFirst(container.groupList)) === null) return EINVAL;
    yield container.iommuData.read;
    if (container.iommuData.value !== null) return EINVAL;
    if (this.spapr.tceCheckExtension(type) <= 0) return ENODEV;
    const data = this.tceIommuOpen(container, type);
    if (data === null) return EINVAL;
    const ret = yield* this.vfioContainerAttachGroups(container, data);
    if (ret !== 0) {
      yield* this.tceIommuReleaseData(data);
      return ret;
    }
    yield container.iommuData.write;
    container.iommuData.value = data;
    return 0;
  }

  /** tce_iommu_open; null: an extension, but not an IOMMU type. */
  tceIommuOpen(this: VfioCore, container: VfioContainer, type: number): TceContainer | null {
    if (type !== iommuTypes.tce && type !== iommuTypes.tceV2) return null;
    return this.spapr.world.heap.create(TceContainer, container.index, type === iommuTypes.tceV2);
  }

  /** driver->ops->release, and the end of the driver's object. */
  *tceIommuReleaseData(this: VfioCore, data: TceContainer): Steps {
    yield* this.spapr.tceIommuRelease(data);
    yield data.free;
  }

  /** __vfio_container_attach_groups: all of them or none. */
  *vfioContainerAttachGroups(
    this: VfioCore,
    container: VfioContainer,
    data: TceContainer,
  ): Steps<number> {
    const attached: VfioCoreGroup[] = [];
    let group = yield* listFirst(container.groupList);
    for (; group !== null; group = yield* listNext(group)) {
      const ret = yield* this.spapr.tceIommuAttachGroup(data, group.iommuGroup);
      if (ret !== 0) {
        for (const done of attached.reverse())
          yield* this.spapr.tceIommuDetachGroup(data, done.iommuGroup);
        return ret;
      }
      attached.push(group);
    }
    return 0;
  }

  /** vfio_fops_unl_ioctl: what the core does not know goes to the driver, if there is one. */
  *vfioFopsUnlIoctl(this: VfioCore, container: VfioContainer, op: Op): Steps<Outcome> {
    yield container.iommuData.readOnce;
    const data = container.iommuData.value;
    return data === null ? { ret: EINVAL } : yield* tceIommuIoctl(this.spapr, data, op);
  }

  /** vfio_container_attach_group; group->group_lock is held. */
  *vfioContainerAttachGroup(
    this: VfioCore,
    container: VfioContainer,
    group: VfioCoreGroup,
  ): Steps<number> {
    yield container.groupLock.downWrite;
    yield container.iommuData.read;
    const data = container.iommuData.value;
    const ret = data === null ? 0 : yield* this.spapr.tceIommuAttachGroup(data, group.iommuGroup);
    if (ret === 0) {
      yield group.container.write;
      group.container.value = container;
      yield group.containerUsers.write;
      group.containerUsers.value = 1;
      yield* listAdd(container.groupList, group);
      yield container.kref.get;
    }
    yield container.groupLock.upWrite;
    return ret;
  }

  /** vfio_group_detach_container: without its last group a container loses its driver. */
  *vfioGroupDetachContainer(this: VfioCore, container: VfioContainer, group: VfioCoreGroup): Steps {
    yield container.groupLock.downWrite;
    yield container.iommuData.read;
    const data = container.iommuData.value;
    if (data !== null) yield* this.spapr.tceIommuDetachGroup(data, group.iommuGroup);
    yield group.container.write;
    group.container.value = null;
    yield group.containerUsers.write;
    group.containerUsers.value = 0;
    yield* listDel(container.groupList, group);
    if (data !== null && (yield* listFirst(container.groupList)) === null) {
      yield* this.tceIommuReleaseData(data);
      yield container.iommuData.write;
      container.iommuData.value = null;
    }
    yield container.groupLock.upWrite;
    yield* this.vfioContainerPut(container);
  }
}
