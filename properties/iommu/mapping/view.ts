// What the properties of mapping look at, read from outside: page tables, IOTLBs, pages.

import { IommuDomain, type IommuWorld, Leaf, type PageTable } from '../../../engine/iommu/index.ts';
import type { PhysPage } from '../../../engine/iommu/index.ts';
import { type Entry, entryIndex, entrySize } from '../../../engine/iommu/core/pageTable.ts';
import { Life } from '../../../engine/runtime/index.ts';
import type { IommuGeometry } from '../../../engine/iommu/vocabulary/index.ts';

/** A leaf and where it is. */
export interface Placed {
  readonly iova: number;
  readonly leaf: Leaf;
}

/** Every live domain with a page table. */
export function liveDomains(world: IommuWorld): IommuDomain[] {
  const found = new Set<IommuDomain>();
  for (const group of world.groups)
    for (const cell of [group.defaultDomain, group.blockingDomain, group.domain])
      if (cell.stored !== null) found.add(cell.stored);
  for (const object of world.heap.living()) if (object instanceof IommuDomain) found.add(object);
  return [...found].filter((d) => d.root.stored !== null && d.life.stored === Life.live);
}

/** Leaves of a domain, by address. */
export function leavesOf(geometry: IommuGeometry, domain: IommuDomain): Placed[] {
  const leaves: Placed[] = [];
  const visit = (table: PageTable, base: number) => {
    const size = entrySize(geometry, table.level);
    for (const index of table.touched()) {
      const entry = table.at(index).stored;
      const iova = base + index * size;
      if (entry instanceof Leaf) leaves.push({ iova, leaf: entry });
      else if (entry !== null) visit(entry, iova);
    }
  };
  if (domain.root.stored !== null) visit(domain.root.stored, 0);
  return leaves;
}

/** The leaf behind an address; null: it is not mapped. */
export function leafAt(geometry: IommuGeometry, domain: IommuDomain, iova: number): Leaf | null {
  return slotAt(geometry, domain, iova)?.leaf ?? null;
}

/** The leaf behind an address, and the bytes that its entry stands for. */
export function slotAt(
  geometry: IommuGeometry,
  domain: IommuDomain,
  iova: number,
): { readonly leaf: Leaf; readonly size: number } | null {
  let at = domain.root.stored;
  if (at === null || iova >= entrySize(geometry, at.level + 1)) return null;
  for (;;) {
    const entry: Entry = at.at(entryIndex(geometry, at.level, iova)).stored;
    if (entry === null) return null;
    if (entry instanceof Leaf) return { leaf: entry, size: entrySize(geometry, at.level) };
    at = entry;
  }
}

/** Whether [start, end) has a leaf in it. */
export function mappedIn(leaves: readonly Placed[], start: number, end: number): Placed | null {
  return leaves.find(({ iova, leaf }) => iova < end && start < iova + leaf.size) ?? null;
}

/** Nobody has the page: neither its owner nor one that pinned it. */
export const isFree = (page: PhysPage): boolean => !page.allocated.stored && page.pins.stored === 0;

export const reaches = (leaf: Leaf, page: PhysPage): boolean =>
  leaf.pa <= page.pa && page.pa < leaf.pa + leaf.size;
