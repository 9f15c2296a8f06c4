// For tests of the dirty part: what a domain's page table says, read from outside.

import { Leaf } from '../core/leaf.ts';
import { entrySize, PageTable } from '../core/pageTable.ts';
import type { IommuWorld } from '../world.ts';
import { isDirty } from './leafState.ts';

export interface LeafAt {
  readonly iova: number;
  readonly pa: number;
  readonly size: number;
  readonly prot: number;
  readonly dirty: boolean;
}

/** The leaves of the domain in a client's slot, in order. */
export function leavesOf(world: IommuWorld, slot: number): LeafAt[] {
  const root = world.slots.domain(slot).stored?.root.stored ?? null;
  return root === null ? [] : [...below(world, root)];
}

function* below(world: IommuWorld, table: PageTable): Generator<LeafAt> {
  for (const index of table.touched()) {
    const found = table.at(index).stored;
    if (found instanceof PageTable) yield* below(world, found);
    if (!(found instanceof Leaf)) continue;
    const { pa, size, prot } = found;
    const iova = table.iova + index * entrySize(world.geometry, table.level);
    yield { iova, pa, size, prot, dirty: isDirty(found) };
  }
}
