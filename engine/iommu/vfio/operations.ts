// The operations of user space on VFIO and KVM: arguments to objects, what a system call does with
// the file it is made on, results.

import { EBADF, EINVAL, ENODEV } from '../../errno.ts';
import type { Outcome, Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { Kvm } from '../kvm/objects.ts';
import type { ExitOperation, Handlers } from '../operation.ts';
import type { VfioContainer, VfioDevice, VfioGroup, VfioProcess } from './objects.ts';
import type { Type1 } from './type1/objects.ts';

const group = (k: IommuKernel, i: number) => k.world.vfio.groups[i] as VfioGroup;
const device = (k: IommuKernel, i: number) => k.world.vfio.devices[i] as VfioDevice;
const kvm = (k: IommuKernel, i: number) => k.world.kvm.machines[i] as Kvm;

/** fdget and fdput around an ioctl on a container. */
function* onContainer(
  k: IommuKernel,
  index: number,
  call: (container: VfioContainer) => Steps<Outcome>,
): Steps<Outcome> {
  const container = k.world.vfio.containers[index] as VfioContainer;
  yield container.file.get;
  if (!container.file.answer) return { ret: EBADF };
  const result = yield* call(container);
  yield* k.vfioContainerFput(container);
  return result;
}

/** The same on a group. */
function* onGroup(
  k: IommuKernel,
  g: VfioGroup,
  call: (group: VfioGroup) => Steps<number>,
): Steps<Outcome> {
  yield g.file.get;
  if (!g.file.answer) return { ret: EBADF };
  const ret = yield* call(g);
  yield* k.vfioGroupFput(g);
  return { ret };
}

/** A mediated device of a container calls: it is open, and so is the container's IOMMU. */
function* byMediated(
  k: IommuKernel,
  index: number,
  call: (iommu: Type1) => Steps<number>,
): Steps<Outcome> {
  return yield* onContainer(k, index, function* (container) {
    yield container.groupLock.downRead;
    yield container.iommuData.readOnce;
    const iommu = container.iommuData.value;
    const ret = iommu === null ? EINVAL : yield* call(iommu);
    yield container.groupLock.upRead;
    return { ret };
  });
}

export const vfioOperations: Handlers = {
  *vfio_register(k, op) {
    return { ret: yield* k.vfioRegisterGroupDev(device(k, op.device)) };
  },
  *vfio_unregister(k, op) {
    return { ret: yield* k.vfioUnregisterGroupDev(device(k, op.device)) };
  },
  *vfio_group_open(k, op) {
    return { ret: yield* k.vfioGroupFopsOpen(group(k, op.group)) };
  },
  *vfio_group_close(k, op) {
    return { ret: yield* k.vfioGroupClose(group(k, op.group)) };
  },
  *vfio_set_container(k, op) {
    const container = k.world.vfio.containers[op.container] as VfioContainer;
    return yield* onGroup(k, group(k, op.group), (g) => k.vfioGroupIoctlSetContainer(g, container));
  },
  *vfio_unset_container(k, op) {
    return yield* onGroup(k, group(k, op.group), (g) => k.vfioGroupIoctlUnsetContainer(g));
  },
  *vfio_set_iommu(k, op) {
    return yield* onContainer(k, op.container, function* (c) {
      return { ret: yield* k.vfioIoctlSetIommu(c, op.type) };
    });
  },
  *vfio_close_container(k, op) {
    return { ret: yield* k.vfioContainerClose(k.world.vfio.containers[op.container]!) };
  },
  *vfio_get_device_fd(k, op) {
    const d = device(k, op.device);
    return yield* onGroup(k, d.group, () => k.vfioGroupIoctlGetDeviceFd(d));
  },
  *vfio_close_device_fd(k, op) {
    return { ret: yield* k.vfioDeviceFopsRelease(device(k, op.device)) };
  },
  *vfio_check_extension(k, op) {
    return yield* onContainer(k, op.container, function* (c) {
      return { ret: yield* k.vfioContainerIoctlCheckExtension(c, op.extension) };
    });
  },
  *vfio_get_info(k, op) {
    return yield* onContainer(k, op.container, (c) => k.vfioFopsUnlIoctl(c, op));
  },
  *vfio_map_dma(k, op) {
    return yield* onContainer(k, op.container, (c) => k.vfioFopsUnlIoctl(c, op));
  },
  *vfio_unmap_dma(k, op) {
    return yield* onContainer(k, op.container, (c) => k.vfioFopsUnlIoctl(c, op));
  },
  *vfio_dirty_pages(k, op) {
    return yield* onContainer(k, op.container, (c) => k.vfioFopsUnlIoctl(c, op));
  },
  *vfio_pin_pages(k, op) {
    return yield* byMediated(k, op.container, (i) => k.vfioIommuType1PinPages(i, op.iova));
  },
  *vfio_unpin_pages(k, op) {
    return yield* byMediated(k, op.container, function* (i) {
      yield* k.vfioIommuType1UnpinPages(i, op.iova);
      return 0;
    });
  },
  *exec(k) {
    const process = k.world.vfio.processes[k.world.currentProcess()] as VfioProcess;
    yield process.mm.writeOnce;
    process.mm.value = process.next;
    return { ret: 0 };
  },
  *kvm_file_add(k, op) {
    return { ret: yield* k.kvmVfioFileAdd(kvm(k, op.kvm), group(k, op.group)) };
  },
  *kvm_file_del(k, op) {
    return { ret: yield* k.kvmVfioFileDel(kvm(k, op.kvm), group(k, op.group)) };
  },
  *guest_wbinvd(k, op) {
    const machine = k.world.kvm.machines[op.kvm];
    if (machine === undefined) return { ret: ENODEV };
    const done = yield* k.kvmEmulateWbinvd(machine);
    return { ret: 0, out: { done: done ? 1 : 0 } };
  },
};

/** The process dies: virtual machines, then its files. */
export const vfioExit: ExitOperation = {
  label: 'exit vfio',
  *run(k) {
    const { vfio, topology } = k.world;
    if (topology.containers === undefined && topology.kvms === undefined) return;
    for (const machine of k.world.kvm.machines) yield* k.kvmVfioRelease(machine);
    for (const d of vfio.devices) while ((yield* k.vfioDeviceFopsRelease(d)) === 0);
    for (const g of vfio.groups) yield* k.vfioGroupClose(g);
    for (const c of vfio.containers) yield* k.vfioContainerClose(c);
  },
};
