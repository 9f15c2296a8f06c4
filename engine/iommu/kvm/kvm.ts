// virt/kvm/vfio.c: files of assigned devices, and whether the guest's WBINVD must reach the host
// (spec/coherency-and-ownership.md §3).

import { EBADF, EEXIST, ENOENT, ENOMEM } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { VfioDevice, VfioGroup } from '../vfio/objects.ts';
import { type Kvm, KvmVfioFile } from './objects.ts';

export class KvmSteps {
  *kvmVfioFileAdd(this: IommuKernel, kvm: Kvm, group: VfioGroup): Steps<number> {
    yield group.file.get;
    if (!group.file.answer) return EBADF;
    yield kvm.lock.lock;
    const ret = yield* this.kvmVfioFileAddLocked(kvm, group);
    yield kvm.lock.unlock;
    yield* this.vfioGroupFput(group);
    return ret;
  }

  *kvmVfioFileAddLocked(this: IommuKernel, kvm: Kvm, group: VfioGroup): Steps<number> {
    yield kvm.fileList.read;
    const files = kvm.fileList.value.items;
    if (files.some((f) => f.group === group)) return EEXIST;
    if (yield* this.world.refuses('kzalloc')) return ENOMEM;
    yield group.file.hold;
    yield kvm.fileList.write;
    const file = this.world.heap.create(KvmVfioFile, group);
    kvm.fileList.value = kvm.fileList.of([...files, file]);
    yield* this.kvmVfioFileAdded(kvm, file);
    return 0;
  }

  /** What follows from a new entry; kv->lock is still held. */
  *kvmVfioFileAdded(this: IommuKernel, kvm: Kvm, file: KvmVfioFile): Steps {
    yield file.file.read;
    yield* this.kvmVfioFileSetKvm(file.file.value, kvm);
    yield* this.kvmVfioUpdateCoherency(kvm);
  }

  *kvmVfioFileDel(this: IommuKernel, kvm: Kvm, group: VfioGroup): Steps<number> {
    yield group.file.get;
    if (!group.file.answer) return EBADF;
    yield kvm.lock.lock;
    yield kvm.fileList.read;
    const file = kvm.fileList.value.items.find((f) => f.group === group);
    if (file !== undefined) yield* this.kvmVfioFileRemove(kvm, file);
    yield* this.kvmVfioUpdateCoherency(kvm);
    yield kvm.lock.unlock;
    if (file !== undefined) yield* this.kvmVfioFilePut(file);
    yield* this.vfioGroupFput(group);
    return file === undefined ? ENOENT : 0;
  }

  *kvmVfioFileRemove(this: IommuKernel, kvm: Kvm, file: KvmVfioFile): Steps {
    yield kvm.fileList.read;
    const left = kvm.fileList.value.items.filter((f) => f !== file);
    yield kvm.fileList.write;
    kvm.fileList.value = kvm.fileList.of(left);
    yield* this.kvmVfioFileSetKvm(file.group, null);
  }

  /** The entry's reference: fput of the last one releases the file once the locks are gone. */
  *kvmVfioFilePut(this: IommuKernel, file: KvmVfioFile): Steps {
    yield file.free;
    yield* this.vfioGroupFput(file.group);
  }

  /** vfio_file_set_kvm. */
  *kvmVfioFileSetKvm(this: IommuKernel, group: VfioGroup, kvm: Kvm | null): Steps {
    yield group.kvmRefLock.lock;
    yield group.kvm.write;
    group.kvm.value = kvm;
    yield group.kvmRefLock.unlock;
  }

  /** kvm_vfio_update_coherency; kv->lock is held. */
  *kvmVfioUpdateCoherency(this: IommuKernel, kvm: Kvm): Steps {
    yield kvm.fileList.read;
    let noncoherent = false;
    for (const { group } of kvm.fileList.value.items) {
      noncoherent = !(yield* this.vfioFileEnforcedCoherent(group));
      if (noncoherent) break;
    }
    yield kvm.noncoherent.read;
    if (kvm.noncoherent.value === noncoherent) return;
    yield kvm.noncoherent.write;
    kvm.noncoherent.value = noncoherent;
    yield noncoherent ? kvm.noncoherentDmaCount.inc : kvm.noncoherentDmaCount.dec;
  }

  /** vfio_file_enforced_coherent: what new domains of the group's devices will do. */
  *vfioFileEnforcedCoherent(this: IommuKernel, group: VfioGroup): Steps<boolean> {
    yield group.deviceLock.lock;
    yield group.devices.read;
    const coherent = group.devices.value.items.every((d) => this.vfioEnforces(d));
    yield group.deviceLock.unlock;
    return coherent;
  }

  /** IOMMU_CAP_ENFORCE_CACHE_COHERENCY. */
  vfioEnforces(this: IommuKernel, { device: { iommu } }: VfioDevice): boolean {
    if (iommu.driver === 'intel') return iommu.spec.snoopControl !== false;
    return iommu.driver === 'amd';
  }

  /**
   * Devices of a group have come or gone: its virtual machine looks again. Linux does not
   * (spec/coherency-and-ownership.md §3); called without a lock of the group.
   */
  *kvmVfioCoherencyChanged(this: IommuKernel, group: VfioGroup): Steps {
    yield group.kvmRefLock.lock;
    yield group.kvm.readOnce;
    const kvm = group.kvm.value;
    yield group.kvmRefLock.unlock;
    if (kvm === null) return;
    yield kvm.lock.lock;
    yield* this.kvmVfioUpdateCoherency(kvm);
    yield kvm.lock.unlock;
  }

  /** The guest executes WBINVD: whether the host does. */
  *kvmEmulateWbinvd(this: IommuKernel, kvm: Kvm): Steps<boolean> {
    yield kvm.noncoherentDmaCount.readOnce;
    return kvm.noncoherentDmaCount.value > 0;
  }

  /** kvm_vfio_release: the virtual machine goes. */
  *kvmVfioRelease(this: IommuKernel, kvm: Kvm): Steps {
    yield kvm.lock.lock;
    yield kvm.fileList.read;
    const files = kvm.fileList.value.items;
    for (const file of files) yield* this.kvmVfioFileRemove(kvm, file);
    yield* this.kvmVfioUpdateCoherency(kvm);
    yield kvm.lock.unlock;
    for (const file of files) yield* this.kvmVfioFilePut(file);
  }
}
