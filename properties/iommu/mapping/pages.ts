// What devices must not reach, and what owners of pages must not do while devices can.

import type { IommuDomain, IommuWorld, OpOf } from '../../../engine/iommu/index.ts';
import { IovaCookie } from '../../../engine/iommu/cookie/objects.ts';
import type { IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import { hex } from '../../../engine/hex.ts';
import { type KernelObject, type Outcome, Trip } from '../../../engine/runtime/index.ts';
import { broken } from '../../property.ts';
import { mappingProperties as core } from './catalogue.ts';
import { isFree, leavesOf, liveDomains, reaches } from './view.ts';

/** A caller has broken what it owes. */
export function contract(object: KernelObject, what: string): Trip {
  return new Trip('broken-contract', object, `${what}: ${object.title}`, what);
}

export class PageCalls {
  private readonly world: IommuWorld;

  constructor(world: IommuWorld) {
    this.world = world;
  }

  end(op: IommuOp, result: Outcome): void {
    if (op.op === 'dma_read' || op.op === 'dma_write') this.reached(op, result);
    if (op.op === 'page_free' || op.op === 'page_unpin') this.released(op);
  }

  looks({ op }: IommuOp): boolean {
    return op.startsWith('dma_') || op.startsWith('page_');
  }

  /** A device reached a page: it must be somebody's, and pinned where user space gave it. */
  private reached(op: OpOf<'dma_read' | 'dma_write'>, { out }: Outcome): void {
    const pa = out?.['pa'];
    if (pa === undefined) return;
    const page = this.world.page(pa);
    const how = `${op.op} of device ${op.device} at ${hex(op.iova)} reaches ${page.name}`;
    if (out?.['pinned'] === 1 && page.pins.stored <= 0)
      throw broken(core.pinned, 'reached unpinned', `${how}, which nobody has pinned`, page);
    if (isFree(page) && this.isTranslated(op) && !this.isQueued(op.iova))
      throw broken(core.stale, 'free page reached', `${how}, which is free`, page);
  }

  /** A page table stands between the device and memory; virtio-iommu has properties of its own. */
  private isTranslated({ device: index }: OpOf<'dma_read' | 'dma_write'>): boolean {
    const device = this.world.devices[index];
    return device?.iommu.driver !== 'virtio' && device?.rid.domain.stored?.type !== 'identity';
  }

  /** The address waits in a flush queue: until the flush the device may use it, by design. */
  private isQueued(iova: number): boolean {
    return this.world.groups.some(({ defaultDomain }) => {
      const cookie = defaultDomain.stored?.cookie.stored;
      if (!(cookie instanceof IovaCookie)) return false;
      return cookie.queue.stored.entries.some((e) => e.iova <= iova && iova < e.iova + e.size);
    });
  }

  /** A page is nobody's now: no client may have left it where a device can reach it. */
  private released(op: OpOf<'page_free' | 'page_unpin'>): void {
    const page = this.world.page(op.pa);
    if (!isFree(page)) return;
    for (const domain of liveDomains(this.world)) {
      if (domain.client !== 'kernel' && domain.client !== 'core') continue;
      for (const { leaf } of leavesOf(this.world.geometry, domain))
        if (reaches(leaf, page)) throw contract(page, 'page freed while mapped');
      for (const { iova, what } of domain.tlb.stored.entries)
        if ('pa' in what && reaches(what, page) && this.unsynced(domain, iova))
          throw contract(page, 'page freed before the sync');
    }
  }

  private unsynced(domain: IommuDomain, iova: number): boolean {
    return domain.pending.stored.covers(iova, iova) || this.beingUnmapped(domain, iova);
  }

  /** A call that unmaps the address has not returned. */
  private beingUnmapped(domain: IommuDomain, iova: number): boolean {
    return domain.contract.stored.open.some(
      (s) => s.kind === 'unmap' && s.start <= iova && iova <= s.end,
    );
  }
}
