// A device's access of memory: requester id, domain, IOTLB, walk, permission, page. Hardware looks at
// everything without a lock; a transaction in flight is what an invalidation waits for.

import { EFAULT } from '../../errno.ts';
import type { Cell, Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import { type IommuDomain, isPaging } from '../core/domain.ts';
import { Leaf, prot } from '../core/leaf.ts';
import type { Device } from '../core/objects.ts';
import { type Entry, entryIndex, entrySize, type PageTable } from '../core/pageTable.ts';
import type { IommuKernel } from '../kernel.ts';

export interface DmaRequest {
  readonly write: boolean;
  readonly noSnoop?: boolean;
  readonly pasid?: number;
}

/** How a transaction ended. */
export interface Dma {
  readonly ret: number;
  /** The byte that was reached. */
  readonly pa?: U64;
  /** The domain that translated it. */
  readonly domain?: IommuDomain;
  /** It went past the CPU caches. */
  readonly unsnooped?: boolean;
}

/** A translation that is used: a copy in the IOTLB, or an entry just read. */
interface Translation {
  readonly leaf: Leaf;
  readonly entry: Cell<Entry> | null;
}

export class DmaSteps {
  /** One transaction of a device. -EFAULT: it was blocked, and the fault was reported. */
  *dmaAccess(this: IommuKernel, device: Device, iova: U64, request: DmaRequest): Steps<Dma> {
    const { transactions } = this.world.hw.unit(device.iommu);
    yield transactions.begin;
    const dma = yield* this.hwTransaction(device, iova, request);
    yield transactions.end;
    return dma;
  }

  *hwTransaction(this: IommuKernel, device: Device, iova: U64, request: DmaRequest): Steps<Dma> {
    const { write, pasid } = request;
    if (device.iommu.driver === 'virtio')
      return yield* this.hwVirtioTransaction(device, iova, request);
    const entry = pasid === undefined ? device.rid.domain : device.pasid(pasid);
    yield entry.readOnce;
    const domain = entry.value;
    if (domain === null) return yield* this.hwFault(null);
    const unsnooped = request.noSnoop === true && device.spec.noSnoop === true;
    if (domain.type === 'identity') return yield* this.hwReach(iova, write, domain, unsnooped);
    const leaf = isPaging(domain.type)
      ? yield* this.hwTranslate(domain, iova, write, device)
      : null;
    if (leaf === null) return yield* this.hwFault(domain);
    const pa = leaf.pa + (iova % leaf.size);
    return yield* this.hwReach(pa, write, domain, unsnooped && !leaf.snoop);
  }

  /** The data moves. */
  *hwReach(
    this: IommuKernel,
    pa: U64,
    write: boolean,
    domain: IommuDomain,
    unsnooped: boolean,
  ): Steps<Dma> {
    yield this.world.hw.touch(this.world.page(pa), write);
    return { ret: 0, pa, domain, unsnooped };
  }

  *hwFault(this: IommuKernel, domain: IommuDomain | null): Steps<Dma> {
    if (domain !== null) yield* this.reportIommuFault(domain);
    return { ret: EFAULT };
  }

  /** The leaf that translates an access; null: not present, or not permitted. */
  *hwTranslate(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    write: boolean,
    device: Device | null = null,
  ): Steps<Leaf | null> {
    for (;;) {
      const found = yield* this.hwLookUp(domain, iova);
      if (found === null) return null;
      const { leaf, entry } = found;
      if ((leaf.prot & (write ? prot.write : prot.read)) === 0) return null;
      if (!write) return leaf;
      const copy = { iova: iova - (iova % leaf.size), size: leaf.size, what: leaf };
      const marked = yield* this.hwSetDirty(domain, iova, entry, copy, device);
      if (marked !== null) return marked;
      // The entry has changed under the copy: hardware drops it and walks again.
      yield domain.tlb.invalidate(copy.iova, copy.iova + copy.size - 1, 'leaves');
    }
  }

  /** The IOTLB's copy, or a walk that leaves one. */
  *hwLookUp(this: IommuKernel, domain: IommuDomain, iova: U64): Steps<Translation | null> {
    yield domain.tlb.lookUp(iova);
    const cached = domain.tlb.outcome as Leaf | PageTable | null;
    if (cached instanceof Leaf) return { leaf: cached, entry: null };
    const { geometry } = this.world;
    let table = cached ?? (yield* this.hwRoot(domain, iova));
    while (table !== null) {
      const entry: Cell<Entry> = table.at(entryIndex(geometry, table.level, iova));
      yield entry.readOnce;
      const next: Entry = entry.value;
      if (next instanceof Leaf) {
        const tableSize = entrySize(geometry, table.level + 1);
        yield domain.tlb.insert({ iova, leaf: next, table, tableSize });
        return { leaf: next, entry };
      }
      table = next;
    }
    yield domain.tlb.abandon;
    return null;
  }

  /** Where a walk begins; null: the address is beyond the page table's reach. */
  *hwRoot(this: IommuKernel, domain: IommuDomain, iova: U64): Steps<PageTable | null> {
    yield domain.root.readOnce;
    const root = domain.root.value;
    const within = root !== null && iova < entrySize(this.world.geometry, root.level + 1);
    return within ? root : null;
  }

  /**
   * Waits for the transactions in flight behind the IOMMUs that a domain can be programmed into: what
   * was invalidated before is then used by none.
   */
  *hwDrain(this: IommuKernel, domain: IommuDomain): Steps {
    for (const iommu of this.world.iommus)
      if (iommu.driver === domain.iommu?.driver) yield this.world.hw.unit(iommu).transactions.drain;
  }
}
