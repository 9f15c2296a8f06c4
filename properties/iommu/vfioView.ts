// What the properties of VFIO and KVM look at, read from outside.

import type { IommuWorld } from '../../engine/iommu/index.ts';
import type { IommuDomain } from '../../engine/iommu/core/domain.ts';
import { Leaf } from '../../engine/iommu/core/leaf.ts';
import { PageTable } from '../../engine/iommu/core/pageTable.ts';
import { Type1, type VfioDma } from '../../engine/iommu/vfio/type1/objects.ts';
import { ViommuDomain } from '../../engine/iommu/virtio/objects.ts';

/** One translated page: where, what and how (IOMMU_READ and IOMMU_WRITE). */
export interface PageAt {
  readonly iova: number;
  readonly pa: number;
  readonly prot: number;
}

const readWrite = 3;

/** Every type1 container that is not freed. */
export function type1s(world: IommuWorld): Type1[] {
  return [...world.heap.living()].filter((o): o is Type1 => o instanceof Type1);
}

/** Every mapping of user space that is not freed. */
export const dmasOf = (iommu: Type1): readonly VfioDma[] => iommu.dmaList.stored.items;

/** A domain's translation, page by page, ascending. */
export function pagesOf(domain: IommuDomain, pageSize: number): PageAt[] {
  const pages: PageAt[] = [];
  const add = (iova: number, pa: number, size: number, prot: number) => {
    for (let at = 0; at < size; at += pageSize)
      pages.push({ iova: iova + at, pa: pa + at, prot: prot & readWrite });
  };
  if (domain instanceof ViommuDomain)
    for (const m of domain.mappings.stored.all) add(m.start, m.phys, m.last - m.start + 1, m.flags);
  else if (domain.root.stored !== null)
    for (const [iova, leaf] of leavesOf(domain.root.stored))
      add(iova, leaf.pa, leaf.size, leaf.prot);
  return pages.sort((a, b) => a.iova - b.iova);
}

function* leavesOf(table: PageTable): Generator<[number, Leaf]> {
  for (const index of table.touched()) {
    const entry = table.at(index).stored;
    if (entry instanceof PageTable) yield* leavesOf(entry);
    else if (entry instanceof Leaf) yield [table.iova + index * entry.size, entry];
  }
}
