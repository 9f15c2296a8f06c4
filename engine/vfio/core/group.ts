// drivers/vfio/group.c of Linux 6.12: the group file. Devices are known by the users they are of
// their group's container, and by nothing else.

import { EBUSY, EINVAL } from '../../errno.ts';
import type { Outcome, Steps } from '../../runtime/index.ts';
import type { VfioCore } from './kernel.ts';
import type { VfioContainer, VfioCoreGroup } from './objects.ts';

/** VFIO_GROUP_FLAGS_VIABLE and VFIO_GROUP_FLAGS_CONTAINER_SET. */
const flags = { viable: 1, containerSet: 2 } as const;

export class GroupSteps {
  /** vfio_group_fops_open: a group is opened once. */
  *vfioGroupFopsOpen(this: VfioCore, group: VfioCoreGroup): Steps<number> {
    yield group.groupLock.lock;
    yield group.openedFile.read;
    const ret = group.openedFile.value ? EBUSY : 0;
    if (ret === 0) {
      yield group.openedFile.write;
      group.openedFile.value = true;
    }
    yield group.groupLock.unlock;
    return ret;
  }

  /** vfio_group_fops_release: the last descriptor is gone, those of devices included. */
  *vfioGroupFopsRelease(this: VfioCore, group: VfioCoreGroup): Steps {
    yield group.groupLock.lock;
    yield group.container.read;
    const container = group.container.value;
    if (container !== null) yield* this.vfioGroupDetachContainer(container, group);
    yield group.openedFile.write;
    group.openedFile.value = false;
    yield group.groupLock.unlock;
  }

  /** Every device of the group is bound to vfio-pci: a free group is always viable. */
  *vfioGroupIoctlGetStatus(this: VfioCore, group: VfioCoreGroup): Steps<Outcome> {
    yield group.groupLock.lock;
    yield group.container.read;
    const set = group.container.value === null ? 0 : flags.containerSet;
    yield group.groupLock.unlock;
    return { ret: 0, out: { flags: flags.viable + set } };
  }

  *vfioGroupIoctlSetContainer(
    this: VfioCore,
    group: VfioCoreGroup,
    container: VfioContainer,
  ): Steps<number> {
    yield group.groupLock.lock;
    yield group.container.read;
    const taken = group.container.value !== null;
    const ret = taken ? EINVAL : yield* this.vfioContainerAttachGroup(container, group);
    yield group.groupLock.unlock;
    return ret;
  }

  *vfioGroupIoctlUnsetContainer(this: VfioCore, group: VfioCoreGroup): Steps<number> {
    yield group.groupLock.lock;
    const ret = yield* this.vfioGroupUnsetLocked(group);
    yield group.groupLock.unlock;
    return ret;
  }

  *vfioGroupUnsetLocked(this: VfioCore, group: VfioCoreGroup): Steps<number> {
    yield group.container.read;
    const container = group.container.value;
    if (container === null) return EINVAL;
    yield group.containerUsers.read;
    if (group.containerUsers.value !== 1) return EBUSY;
    yield* this.vfioGroupDetachContainer(container, group);
    return 0;
  }

  /** VFIO_GROUP_GET_DEVICE_FD as far as vfio_group_use_container: the driver must be set. */
  *vfioGroupIoctlGetDeviceFd(this: VfioCore, group: VfioCoreGroup): Steps<number> {
    yield group.groupLock.lock;
    const ret = yield* this.vfioGroupUseContainer(group);
    yield group.groupLock.unlock;
    return ret;
  }

  *vfioGroupUseContainer(this: VfioCore, group: VfioCoreGroup): Steps<number> {
    yield group.container.read;
    const container = group.container.value;
    if (container === null) return EINVAL;
    yield container.iommuData.readOnce;
    if (container.iommuData.value === null) return EINVAL;
    yield group.containerUsers.read;
    const users = group.containerUsers.value;
    yield group.containerUsers.write;
    group.containerUsers.value = users + 1;
    return 0;
  }

  /** vfio_group_unuse_container: a device is closed. */
  *vfioGroupUnuseContainer(this: VfioCore, group: VfioCoreGroup): Steps {
    yield group.groupLock.lock;
    yield group.containerUsers.read;
    const users = group.containerUsers.value;
    yield group.containerUsers.write;
    group.containerUsers.value = users - 1;
    yield group.groupLock.unlock;
  }
}
