// Lawful in-kernel clients: each owns one domain, or a part of one, and keeps every contract of the
// core with it. Random numbers become operations by a small simulation of what the client has mapped,
// so that no mapping overlaps another and no page is freed while a translation may reach it.

import type { IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import { backing, page } from '../../scenarios/iommu/hosts.ts';

/** Three random numbers: what to do, where, with what. */
export type Intent = readonly [number, number, number];

/** Physical pages of a client: as many as the small page tables reach. */
const reach = 64;

interface Mapping {
  readonly at: number;
  readonly count: number;
  /** The page of memory behind it, from the client's first. */
  readonly to: number;
}

/** What is a client's own. */
export interface Territory {
  readonly domain: number;
  /** Two clients of one domain: each has every other pair of pages. */
  readonly lane?: 0 | 1;
  /** Also beyond the reach of a small root: from these pages of IOVA on. */
  readonly from?: readonly number[];
  /** A device behind the domain, which the client tells to read and write. */
  readonly device?: number;
}

const overlap = (a: number, n: number, b: number, m: number) => a < b + m && b < a + n;

/** What one client does next, given its domain. */
export class Client {
  private readonly own: Territory;
  /** Its physical pages begin here: no two clients share one. */
  private readonly first: number;
  private mappings: Mapping[] = [];
  /** Unmapped by unmap_fast, not yet synced. */
  private owed: Mapping[] = [];
  /** Unmapped in part: what is left of them, drivers do not agree on. */
  private cut: Mapping[] = [];
  private readonly freed = new Set<number>();
  private readonly pinned = new Set<number>();

  constructor(own: Territory) {
    this.own = own;
    this.first = backing + (own.domain * 2 + (own.lane ?? 0)) * reach * page;
  }

  /** Half of the calls map or unmap; the rest looks, syncs, flushes, or is about pages. */
  next([what, where, how]: Intent): IommuOp[] {
    const { domain } = this.own;
    const kind = what % 20;
    if (kind < 6) return this.map(where, how);
    if (kind < 9) return this.unmap(where, 'iommu_unmap');
    if (kind < 11) return this.unmap(where, 'iommu_unmap_fast');
    if (kind < 12) return this.sync();
    if (kind < 13) return [{ op: 'iova_to_phys', domain, iova: this.spot(where) * page + how }];
    if (kind < 14) return [{ op: 'flush_iotlb_all', domain }];
    if (kind < 15) return this.mapSg(where, how);
    if (kind < 16) return this.pageOp(where, how);
    if (kind < 17) return this.unmapPart(where, how);
    if (kind < 19) return this.access(where, how);
    return this.regrown(where, how);
  }

  /** A page that is used and unmapped, and a large page in its place. */
  private regrown(where: number, how: number): IommuOp[] {
    const at = (where % 2) * 4;
    if (this.own.lane !== undefined || this.taken(at, 4)) return [];
    const { domain } = this.own;
    const pa = this.first + at * page;
    const small: IommuOp = { op: 'iommu_map', domain, iova: at * page, pa, size: page };
    const gone: IommuOp = { op: 'iommu_unmap', domain, iova: at * page, size: page };
    this.mappings.push({ at, count: 1, to: at });
    const use = this.access(this.mappings.length - 1, how);
    this.mappings.pop();
    this.mappings.push({ at, count: 4, to: at });
    const large: IommuOp = { ...small, size: 4 * page };
    return [...this.allocated(at, 4), small, ...use, gone, large];
  }

  /** A page of IOVA that is the client's. */
  private spot(where: number): number {
    const { lane, from = [0] } = this.own;
    const start = from[Math.floor(where / 8) % from.length] as number;
    // Ends and beginnings of tables more often than others.
    const at = [0, 1, 2, 3, 4, 0, 4, 3][where % 8] as number;
    return lane === undefined ? start + at : start + (at & ~2) + lane * 2;
  }

  /** Pages at once: as many as follow each other; all that a table of the second level reaches. */
  private span(at: number, how: number): number {
    const { lane, from } = this.own;
    if (lane !== undefined) return at % 2 === 0 ? 1 + (how % 2) : 1;
    const far = from !== undefined && from.length > 1;
    const count = (far ? [1, 1, 2, 4, 16, 16] : [1, 1, 2, 4, 5, 4])[how % 6] as number;
    return count === 16 ? (at % 16 === 0 ? 16 : 1) : Math.min(count, 8 - (at % 8));
  }

  private taken(at: number, count: number): boolean {
    const all = [...this.mappings, ...this.owed, ...this.cut];
    return all.some((m) => overlap(m.at, m.count, at, count));
  }

  /** A mapping where nothing is mapped and nothing waits for a sync, of pages that are allocated. */
  private map(where: number, how: number): IommuOp[] {
    const at = this.spot(where);
    const count = this.span(at, how);
    if (this.taken(at, count)) return [];
    // Aligned as the IOVA, so that large pages are used, or one page off.
    const to = (at + (how % 3 === 0 ? 1 : 0)) % (reach - count + 1);
    this.mappings.push({ at, count, to });
    const prot = how % 7 === 0 ? { prot: [1, 2, 3, 4][how % 4] as number } : {};
    const pa = this.first + to * page + (how % 61 === 0 ? page / 2 : 0);
    const { domain } = this.own;
    const map = { op: 'iommu_map', domain, iova: at * page, pa, size: count * page, ...prot };
    return [...this.allocated(to, count), map as IommuOp];
  }

  private mapSg(where: number, how: number): IommuOp[] {
    const at = this.spot(where);
    const count = Math.min(this.span(at, how), 4);
    if (this.taken(at, count)) return [];
    // One page after the other, or with a gap behind each second one.
    const to = Array.from({ length: count }, (_, i) => at + i + (how % 2) * (i >> 1));
    this.mappings.push(
      { at, count, to: at },
      ...to.map((t, i) => ({ at: at + i, count: 0, to: t })),
    );
    const segments = to.map((t) => ({ pa: this.first + t * page, size: page }));
    const op = { op: 'iommu_map_sg', domain: this.own.domain, iova: at * page, segments } as const;
    return [...to.flatMap((t) => this.allocated(t, 1)), op];
  }

  /** A whole mapping. */
  private unmap(where: number, op: 'iommu_unmap' | 'iommu_unmap_fast'): IommuOp[] {
    const whole = this.mappings.filter((m) => m.count > 0);
    const mapping = whole[where % Math.max(1, whole.length)];
    if (mapping === undefined) return [];
    const { at, count } = mapping;
    const gone = this.mappings.filter((m) => m.at >= at && m.at < at + count);
    this.mappings = this.mappings.filter((m) => !gone.includes(m));
    if (op === 'iommu_unmap_fast') this.owed.push(...gone);
    return [{ op, domain: this.own.domain, iova: at * page, size: count * page }];
  }

  /** Any range: several mappings, holes, parts; now and then a size that is not of pages. */
  private unmapPart(where: number, how: number): IommuOp[] {
    if (this.own.lane !== undefined) return [];
    const at = this.spot(where);
    const count = Math.min(1 + (how % 8), 8 - (at % 8));
    const touched = this.mappings.filter((m) => overlap(m.at, Math.max(m.count, 1), at, count));
    this.cut.push(...touched);
    this.mappings = this.mappings.filter((m) => !touched.includes(m));
    const size = count * page + (how % 5 === 0 ? page / 2 : 0);
    return [{ op: 'iommu_unmap', domain: this.own.domain, iova: at * page, size }];
  }

  private sync(): IommuOp[] {
    if (this.owed.length === 0) return [];
    this.owed = [];
    return [{ op: 'iotlb_sync', domain: this.own.domain }];
  }

  private allocated(to: number, count: number): IommuOp[] {
    const again = Array.from({ length: count }, (_, i) => to + i).filter((p) => this.freed.has(p));
    for (const p of again) this.freed.delete(p);
    return again.map((p) => ({ op: 'page_alloc', pa: this.first + p * page }));
  }

  /** Frees a page that no translation reaches, or pins and unpins one. */
  private pageOp(where: number, how: number): IommuOp[] {
    const at = where % 8;
    const pa = this.first + at * page;
    const all = [...this.mappings, ...this.owed, ...this.cut];
    const used = all.some((m) => overlap(m.to, Math.max(m.count, 1), at, 1));
    if (how % 2 === 0 && !used && !this.freed.has(at) && !this.pinned.has(at)) {
      this.freed.add(at);
      return [{ op: 'page_free', pa }];
    }
    if (this.freed.has(at)) return this.allocated(at, 1);
    if (this.pinned.delete(at)) return [{ op: 'page_unpin', pa }];
    const pin: IommuOp = { op: 'page_pin', pa };
    if (how % 3 === 0) return [pin, { op: 'page_unpin', pa }];
    this.pinned.add(at);
    return [pin];
  }

  private access(where: number, how: number): IommuOp[] {
    const { device } = this.own;
    if (device === undefined) return [];
    const op = how % 2 === 0 ? 'dma_read' : 'dma_write';
    const mapping = this.mappings[where % Math.max(1, this.mappings.length)];
    return [{ op, device, iova: (mapping?.at ?? this.spot(where)) * page }];
  }
}

/** The operations that random numbers ask of a client, in order. */
export function clientOps(client: Client, intents: readonly Intent[]): IommuOp[] {
  // Without a mapping there is little to do: it comes first.
  return intents.flatMap(([what, where, how], i) => client.next([i === 0 ? 0 : what, where, how]));
}
