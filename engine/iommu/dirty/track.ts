// Dirty tracking of drivers as of 6.7: ops->set_dirty_tracking, ops->read_and_clear_dirty (spec/
// split-merge-dirty.md §7). Intel and AMD enable it in the devices' translation entries; Arm has it in
// every leaf.

import { EINVAL } from '../../errno.ts';
import type { Cell, Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import { Leaf } from '../core/leaf.ts';
import type { Device } from '../core/objects.ts';
import { type Entry, entryIndex, entrySize } from '../core/pageTable.ts';
import type { IommuKernel } from '../kernel.ts';

/** Where a walk for an address ends, and how much the entry there translates. */
interface End {
  readonly entry: Cell<Entry>;
  readonly size: number;
  readonly leaf: Leaf | null;
}

export class DirtyTrackingSteps {
  /** All attached devices, and whoever is attached later. Idempotent. */
  *setDirtyTracking(this: IommuKernel, domain: IommuDomain, enable: boolean): Steps<number> {
    yield domain.lock.lock;
    yield domain.dirtyTracking.readOnce;
    const changes = domain.dirtyTracking.value !== enable;
    if (changes) {
      yield domain.attached.read;
      const attached = domain.attached.value;
      yield domain.dirtyEntries.writeOnce;
      domain.dirtyEntries.value = enable ? attached : 0;
      yield domain.dirtyTracking.writeOnce;
      domain.dirtyTracking.value = enable;
    }
    yield domain.lock.unlock;
    // The entries are cached as well: intel_pasid_setup_dirty_tracking, amd_iommu_domain_flush_all.
    if (changes) yield* this.opsFlushIotlbAll(domain);
    return 0;
  }

  /** The new entry of a device tracks if its domain does; domain->lock is held. */
  *trackNewDevice(this: IommuKernel, domain: IommuDomain, device: Device): Steps {
    if (device.iommu.spec.dirtyTracking !== true) return;
    yield domain.dirtyTracking.readOnce;
    if (!domain.dirtyTracking.value) return;
    yield domain.dirtyEntries.exchange;
    domain.dirtyEntries.value |= 1 << device.index;
  }

  /** -EINVAL: the domain is tracked, and the device’s IOMMU cannot. */
  *attachKeepsTracking(this: IommuKernel, domain: IommuDomain, device: Device): Steps<number> {
    if (domain.client !== 'iommufd' || device.iommu.spec.dirtyTracking === true) return 0;
    yield domain.dirtyOps.readOnce;
    return domain.dirtyOps.value ? EINVAL : 0;
  }

  /**
   * Notes the dirty pages of a range by `note`, and makes them clean unless told not to. Each entry is
   * tested and cleared at once. `note` null: nobody wants to know.
   */
  *readAndClearDirty(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    clear: boolean,
    note: ((from: U64, end: U64) => void) | null,
  ): Steps<number> {
    if (note !== null) {
      yield domain.dirtyTracking.readOnce;
      if (!domain.dirtyTracking.value) return EINVAL;
    }
    for (let at = iova; at < iova + size; ) {
      const found = yield* this.dirtyWalk(domain, at);
      // A block that the range only touches stays dirty: nobody is told of its other pages.
      const start = at - (at % found.size);
      const whole = start >= iova && start + found.size <= iova + size;
      const takes = clear && whole;
      const dirty = found.leaf?.dirty === true && (yield* this.testAndClearDirty(found, takes));
      if (dirty && note !== null)
        note(at, Math.min(at - (at % found.size) + found.size, iova + size));
      at = this.afterEntry(at, found.size);
    }
    return 0;
  }

  /** The first address that another entry translates. */
  afterEntry(this: IommuKernel, iova: U64, size: number): U64 {
    return iova - (iova % size) + size;
  }

  *dirtyWalk(this: IommuKernel, domain: IommuDomain, iova: U64): Steps<End> {
    const { geometry } = this.world;
    yield domain.root.readOnce;
    let table = domain.root.value;
    for (;;) {
      if (table === null) throw new Error(`${domain.name} has no page table`);
      const entry: Cell<Entry> = table.at(entryIndex(geometry, table.level, iova));
      yield entry.readOnce;
      const next: Entry = entry.value;
      const size = entrySize(geometry, table.level);
      if (next === null || next instanceof Leaf) return { entry, size, leaf: next };
      table = next;
    }
  }

  /** test_and_clear_bit of the dirty bit. */
  *testAndClearDirty(this: IommuKernel, { entry }: End, clear: boolean): Steps<boolean> {
    if (!clear) return true;
    yield entry.exchange;
    const now = entry.value;
    if (!(now instanceof Leaf) || !now.dirty) return false;
    entry.value = now.with({ dirty: false });
    return true;
  }
}
