// What KVM keeps for device assignment: a virtual machine and the files in its kvm-vfio device.

import { Atomic, type Birth, type Cell, KernelObject, Mutex } from '../../runtime/index.ts';
import type { VfioGroup } from '../vfio/objects.ts';
import { OrderedCell } from '../vfio/ordered.ts';

/** struct kvm with its one kvm-vfio device. */
export class Kvm extends KernelObject {
  readonly index: number;
  /** kv->lock: guards `fileList` and `noncoherent`. */
  readonly lock: Mutex;
  readonly fileList: OrderedCell<KvmVfioFile>;
  readonly noncoherent: Cell<boolean>;
  /** kvm->arch.noncoherent_dma_count. */
  readonly noncoherentDmaCount: Atomic;

  constructor(birth: Birth, index: number) {
    super(birth);
    this.index = index;
    this.lock = new Mutex(this, 'kv_lock');
    this.fileList = new OrderedCell<KvmVfioFile>(this, 'file_list');
    this.noncoherent = this.cell('noncoherent', false);
    this.noncoherentDmaCount = new Atomic(this, 'noncoherent_dma_count', 0);
  }

  get kind(): string {
    return 'kvm';
  }
}

/** struct kvm_vfio_file: a reference to a group's file. */
export class KvmVfioFile extends KernelObject {
  readonly group: VfioGroup;
  /** kvf->file: which file it is. */
  readonly file: Cell<VfioGroup>;

  constructor(birth: Birth, group: VfioGroup) {
    super(birth);
    this.group = group;
    this.file = this.cell('file', group);
  }

  get kind(): string {
    return 'kvm_vfio_file';
  }
}
