// Lawful in-kernel clients: each owns one domain and keeps every contract of the core with it. Random
// numbers become operations by a small simulation of what the client has mapped, so that no mapping
// overlaps another and no page is freed while a translation may reach it.

import type { IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import { backing, page } from '../../scenarios/iommu/hosts.ts';

/** Three random numbers: what to do, where, with what. */
export type Intent = readonly [number, number, number];

/** IOVA pages and physical pages that a client works with. */
const pages = 8;

interface Mapping {
  readonly at: number;
  readonly count: number;
}

/** What one client does next, given its domain. */
export class Client {
  private readonly domain: number;
  /** Its physical pages begin here: no two clients share one. */
  private readonly first: number;
  private mappings: Mapping[] = [];
  /** Unmapped by unmap_fast, not yet synced. */
  private owed: Mapping[] = [];

  constructor(domain: number) {
    this.domain = domain;
    this.first = backing + domain * pages * page;
  }

  /** Two of three calls map or unmap; the rest looks, syncs, flushes. */
  next([what, where, how]: Intent): IommuOp[] {
    const { domain } = this;
    switch (what % 9) {
      case 0:
      case 1:
      case 2:
        return this.map(where, how);
      case 3:
      case 4:
        return this.unmap(where, 'iommu_unmap');
      case 5:
        return this.unmap(where, 'iommu_unmap_fast');
      case 6:
        return this.sync();
      case 7:
        return [{ op: 'iova_to_phys', domain, iova: (where % pages) * page + (how % page) }];
      default:
        return [{ op: 'flush_iotlb_all', domain }];
    }
  }

  /** A mapping where nothing is mapped and nothing waits for a sync. */
  private map(where: number, how: number): IommuOp[] {
    const count = [1, 1, 2, 4][how % 4] as number;
    const at = where % (pages - count + 1);
    const taken = [...this.mappings, ...this.owed];
    if (taken.some((m) => at < m.at + m.count && m.at < at + count)) return [];
    this.mappings.push({ at, count });
    // Aligned as the IOVA, so that large pages are used, or one page off.
    const pa = this.first + ((at + (how % 3 === 0 ? 1 : 0)) % (pages - count + 1)) * page;
    const prot = how % 5 === 0 ? { prot: 1 + (how % 3) } : {};
    const { domain } = this;
    return [{ op: 'iommu_map', domain, iova: at * page, pa, size: count * page, ...prot }];
  }

  /** A whole mapping: what becomes of a part of a large page, drivers do not agree on. */
  private unmap(where: number, op: 'iommu_unmap' | 'iommu_unmap_fast'): IommuOp[] {
    const mapping = this.mappings[where % Math.max(1, this.mappings.length)];
    if (mapping === undefined) return [];
    this.mappings = this.mappings.filter((m) => m !== mapping);
    if (op === 'iommu_unmap_fast') this.owed.push(mapping);
    const { at, count } = mapping;
    return [{ op, domain: this.domain, iova: at * page, size: count * page }];
  }

  private sync(): IommuOp[] {
    if (this.owed.length === 0) return [];
    this.owed = [];
    return [{ op: 'iotlb_sync', domain: this.domain }];
  }
}

/** The operations that random numbers ask of a client, in order. */
export function clientOps(client: Client, intents: readonly Intent[]): IommuOp[] {
  return intents.flatMap((intent) => client.next(intent));
}
