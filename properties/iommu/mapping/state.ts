// What must hold of page tables, IOTLBs and pages whenever nothing is in flight.

import type { IommuDomain, IommuWorld } from '../../../engine/iommu/index.ts';
import { IovaCookie } from '../../../engine/iommu/cookie/objects.ts';
import { isLeafEntry, type TlbEntry } from '../../../engine/iommu/core/tlb.ts';
import type { PageTable } from '../../../engine/iommu/core/pageTable.ts';
import { hex } from '../../../engine/hex.ts';
import { Life } from '../../../engine/runtime/index.ts';
import { broken } from '../../property.ts';
import { mappingProperties as core } from './catalogue.ts';
import { expected, type Expected, runsOf } from './expected.ts';
import { leafAt, leavesOf, liveDomains, reaches } from './view.ts';

/** Read and write: what of a leaf's protection every driver keeps. */
const readWrite = 3;

/** Pages up to which a leaf's are looked at one by one; of a larger one, those that were ever used. */
/** IOMMU_MMIO. */
const mmio = 16;

const fewPages = 64;

const ofUser = ({ client }: IommuDomain): boolean => client === 'vfio' || client === 'iommufd';

export class MappingState {
  private readonly world: IommuWorld;
  private readonly expectedOf: (domain: IommuDomain) => Expected | null;

  /** `expectedOf`: what calls add up to; null where more than they change the domain. */
  constructor(world: IommuWorld, expectedOf: (domain: IommuDomain) => Expected | null) {
    this.world = world;
    this.expectedOf = expectedOf;
  }

  check(): void {
    for (const domain of liveDomains(this.world)) {
      for (const entry of domain.tlb.stored.entries) this.checkEntry(domain, entry);
      this.checkTrace(domain);
      if (ofUser(domain)) this.checkPinned(domain);
    }
    for (const page of this.world.pagesTouched())
      if (page.pins.stored < 0)
        throw broken(core.pinned, 'unpinned twice', `${page.name} has less than no pins`, page);
  }

  /** Everything is over: who has pinned pages has unpinned them. */
  final(): void {
    for (const page of this.world.pagesTouched()) {
      const { stored: pins } = page.pins;
      if (pins === page.held.stored) continue;
      const what = `${page.name} has ${pins} pins at the end`;
      throw broken(core.pinned, 'pins left', what, page, { pins });
    }
  }

  private checkEntry(domain: IommuDomain, entry: TlbEntry): void {
    if (!isLeafEntry(entry)) return this.checkTable(domain, entry.what as PageTable);
    if (this.isCurrent(domain, entry)) return;
    const { iova, size } = entry;
    const end = iova + size - 1;
    const what = `${domain.title}: the IOTLB holds ${hex(iova)} → ${entry.what.name}`;
    const cookie = domain.cookie.stored;
    if (cookie instanceof IovaCookie) {
      const waits = cookie.queue.stored.entries.some(
        (q) => q.iova <= end && iova < q.iova + q.size,
      );
      if (!waits) throw broken(core.iova, 'not in the queue', `${what}, which is free`, domain);
      return;
    }
    const pending = domain.pending.stored;
    if (pending.covers(iova, end)) return;
    if (pending.kept.some((k) => k.start <= k.end))
      throw broken(core.gather, 'not gathered', `${what}, unmapped and not gathered`, domain);
    throw broken(core.stale, 'stale', `${what}, which is unmapped and synced`, domain);
  }

  private checkTable(domain: IommuDomain, table: PageTable): void {
    if (table.life.stored === Life.live) return;
    const what = `${domain.title}: the paging-structure cache holds the freed ${table.title}`;
    throw broken(core.gather, 'freed table cached', what, table);
  }

  /** The page table still says what the entry does, for all of its addresses. */
  private isCurrent(domain: IommuDomain, { iova, size, what }: TlbEntry): boolean {
    const { geometry } = this.world;
    const { pa, prot } = what as { readonly pa: number; readonly prot: number };
    for (let at = iova; at < iova + size; ) {
      const now = leafAt(geometry, domain, at);
      if (now === null || now.pa + (at % now.size) !== pa + (at - iova)) return false;
      if ((prot & readWrite & ~now.prot) !== 0) return false;
      at += now.size - (at % now.size);
    }
    return true;
  }

  private checkTrace(domain: IommuDomain): void {
    const wanted = this.expectedOf(domain);
    if (wanted === null) return;
    const found = expected(runsOf(leavesOf(this.world.geometry, domain)));
    if (found === wanted) return;
    const what = `${domain.title} translates ${found.name}; its calls add up to ${wanted.name}`;
    throw broken(core.trace, 'page table differs', what, domain);
  }

  /** Leaves and IOTLB entries of a user's domain: every page behind them is pinned. */
  private checkPinned(domain: IommuDomain): void {
    const { world } = this;
    const pageSize = 2 ** world.geometry.pageShift;
    const cached = domain.tlb.stored.entries.filter(isLeafEntry).map((e) => e.what);
    const leaves = leavesOf(world.geometry, domain).map(({ leaf }) => leaf);
    for (const leaf of [...leaves, ...cached]) {
      // Doorbells of interrupts are no memory: nobody pins them.
      if ((leaf.prot & mmio) !== 0) continue;
      const few = leaf.size <= fewPages * pageSize;
      const pages = few
        ? Array.from({ length: leaf.size / pageSize }, (_, i) => world.page(leaf.pa + i * pageSize))
        : world.pagesTouched().filter((page) => reaches(leaf, page));
      for (const page of pages) {
        if (page.pins.stored > 0) continue;
        const what = `${domain.title} reaches ${page.name}, which nobody has pinned`;
        throw broken(core.pinned, 'not pinned', what, page);
      }
    }
  }
}
