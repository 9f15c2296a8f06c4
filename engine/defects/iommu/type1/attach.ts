// Defects of groups joining and leaving a type1 container: spec/coherency-and-ownership.md §2, §7.

import { defect } from '../iommu.ts';

export const ioctlUnlocked = defect({
  id: 'VFIO-ioctl-unlocked',
  subsystem: 'ownership',
  title: 'a call on the container is in the driver while the last group goes',
  source:
    'spec/real-bugs.md 97 (6.12: no lock across driver->ioctl); spec/coherency-and-ownership.md §6',
  class: 'use after free',
  violates: 'use-after-free',
  trigger: 'MAP || close of the last group',
  steps: {
    *vfioFopsUnlIoctl(container, op) {
      return yield* this.vfioDriverIoctl(container, op);
    },
  },
});

export const sharedUnlike = defect({
  id: 'VFIO-shared-unlike',
  subsystem: 'ownership',
  title: 'a group that cannot force snooping shares the domain of one that can',
  source: 'spec/coherency-and-ownership.md §2, §7.7: planted',
  class: 'planted',
  violates: 'OWN-007',
  trigger: 'two groups, the IOMMU of one without snoop control',
  steps: {
    type1SameDomain(other, domain) {
      return other.domain.iommu?.driver === domain.iommu?.driver;
    },
  },
});

export const notCoherent = defect({
  id: 'VFIO-not-coherent',
  subsystem: 'ownership',
  title: 'VFIO takes a device whose DMA is not coherent with the CPU',
  source:
    'spec/coherency-and-ownership.md §2, §7.10 (before 5.19 nothing is asked at registration)',
  class: 'isolation',
  violates: 'OWN-010',
  trigger: 'registration of a device behind an IOMMU with incoherent walks',
  steps: {
    vfioCacheCoherent() {
      return true;
    },
  },
});

export const firstIsolated = defect({
  id: 'VFIO-first-isolated',
  subsystem: 'ownership',
  title: 'interrupts of the first device only are looked at',
  source: 'spec/coherency-and-ownership.md §2, §7.11: planted',
  class: 'planted',
  violates: 'OWN-011',
  trigger: 'a group of two devices, the second without isolated interrupts',
  steps: {
    *type1MsiIsolated(group) {
      if (this.world.topology.allowUnsafeInterrupts === true) return true;
      const [first] = yield* this.groupDevices(group.iommuGroup);
      return first?.iommu.spec.isolatedMsi !== false;
    },
  },
});

export const unsetInUse = defect({
  id: 'VFIO-unset-in-use',
  subsystem: 'ownership',
  title: 'UNSET_CONTAINER takes the container from under an open device',
  source: 'spec/coherency-and-ownership.md §2, §7.13: planted',
  class: 'planted',
  violates: 'OWN-013',
  trigger: 'GET_DEVICE_FD, UNSET_CONTAINER',
  steps: {
    *vfioGroupHasUsers(group) {
      yield group.containerUsers.read;
      return group.containerUsers.value === 0;
    },
  },
});

export const openCount = defect({
  id: 'VFIO-open-count',
  subsystem: 'ownership',
  title: 'an open that fails is closed as if it had not',
  source: 'spec/real-bugs.md 67 (Fix unbalanced vfio_df_close call; Prevent open_count decrement)',
  class: 'refcount',
  violates: 'OWN-013',
  trigger: 'GET_DEVICE_FD before SET_IOMMU',
  steps: {
    *vfioDfOpenFailed(device) {
      yield* this.vfioDevicePutKvm(device);
      yield device.openCount.read;
      const count = device.openCount.value;
      yield device.openCount.write;
      device.openCount.value = count - 1;
    },
  },
});

export const iovaListKept = defect({
  id: 'VFIO-iova-list-kept',
  title: 'what a group forbade stays forbidden when it has left',
  source: 'spec/coherency-and-ownership.md §2 (aperture, reserved regions): planted',
  class: 'planted',
  violates: 'VFIO-007',
  trigger: 'a second group with a reserved region joins and leaves',
  steps: {
    *type1RefreshIovaList() {
      yield this.world.env.local;
    },
  },
});

export const vaddrWithMediated = defect({
  id: 'VFIO-vaddr-mediated',
  title: 'addresses are invalidated while a mediated device is there',
  source: 'spec/real-bugs.md 55 (vfio/type1: exclude mdevs from VFIO_UPDATE_VADDR)',
  class: 'hang',
  violates: 'VFIO-008',
  trigger: 'a mediated device, MAP, UNMAP with VADDR',
  steps: {
    *type1VaddrBarred() {
      yield this.world.env.local;
      return false;
    },
  },
});

export const emulatedLeft = defect({
  id: 'VFIO-emulated-left',
  subsystem: 'ownership',
  title: 'one of two mediated devices leaves, and the kernel warns of the other',
  source: 'spec/real-bugs.md 101: put right before every revision here',
  class: 'planted',
  violates: 'bug',
  trigger: 'two mediated devices, one group closed',
  steps: {
    *type1EmulatedLeft(iommu, left) {
      yield* this.type1CheckDevicesGone(iommu);
      yield iommu.domainList.read;
      if (left > 0 || iommu.domainList.value.items.length > 0) return;
      yield* this.vfioIommuUnmapUnpinAll(iommu);
    },
  },
});

export const pinLeak = defect({
  id: 'VFIO-pin-leak',
  title: 'a page pinned for a mediated device stays pinned when it cannot be listed',
  source: 'spec/real-bugs.md 102: put right before every revision here',
  class: 'planted',
  violates: 'VFIO-004',
  trigger: 'pin_pages without memory for the list entry',
  steps: {
    *type1PinUnwind(dma, _page, accounts) {
      yield dma.mm.read;
      if (accounts) yield* this.vfioLockAcct(dma, -1);
    },
  },
});
