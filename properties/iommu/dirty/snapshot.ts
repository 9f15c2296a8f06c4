// What a domain's page table says, as one value: the leaves in order. Read from outside, at one point.

import { entrySize } from '../../../engine/iommu/core/pageTable.ts';
import { type IommuDomain, type IommuWorld, Leaf, PageTable } from '../../../engine/iommu/index.ts';
import { type Hashed, hashString, hashString2 } from '../../../engine/runtime/index.ts';

export interface LeafAt {
  readonly iova: number;
  readonly leaf: Leaf;
}

export class Snapshot implements Hashed {
  readonly name: string;
  readonly hash: number;
  readonly hash2: number;
  readonly leaves: readonly LeafAt[];

  constructor(name: string, leaves: readonly LeafAt[]) {
    this.name = name;
    this.hash = hashString(name);
    this.hash2 = hashString2(name);
    this.leaves = leaves;
  }

  /** The leaf that covers an address. */
  at(iova: number): LeafAt | null {
    return this.leaves.find((l) => l.iova <= iova && iova < l.iova + l.leaf.size) ?? null;
  }

  /** Those that have an address in a range. */
  within(start: number, end: number): readonly LeafAt[] {
    return this.leaves.filter((l) => l.iova < end && l.iova + l.leaf.size > start);
  }

  /** The text of what every address translates to and with which rights, not by which leaves. */
  get translation(): string {
    const runs: { iova: number; end: number; pa: number; prot: number }[] = [];
    for (const { iova, leaf } of this.leaves) {
      const last = runs.at(-1);
      const goes = last?.end === iova && last.pa + (iova - last.iova) === leaf.pa;
      if (last !== undefined && goes && last.prot === leaf.prot) last.end += leaf.size;
      else runs.push({ iova, end: iova + leaf.size, pa: leaf.pa, prot: leaf.prot });
    }
    return runs.map((r) => `${r.iova}-${r.end}:${r.pa}/${r.prot}`).join(' ');
  }
}

const known = new Map<string, Snapshot>();

/** The leaves of a domain now. */
export function snapshot(world: IommuWorld, domain: IommuDomain): Snapshot {
  const root = domain.root.stored;
  const leaves = root === null ? [] : [...leavesBelow(world, root)];
  const name = leaves.map(({ iova, leaf }) => `${iova}:${leaf.name}`).join(' ');
  let value = known.get(name);
  if (value === undefined) known.set(name, (value = new Snapshot(name, leaves)));
  return value;
}

function* leavesBelow(world: IommuWorld, table: PageTable): Generator<LeafAt> {
  const size = entrySize(world.geometry, table.level);
  for (const index of table.touched()) {
    const found = table.at(index).stored;
    if (found instanceof PageTable) yield* leavesBelow(world, found);
    else if (found instanceof Leaf) yield { iova: table.iova + index * size, leaf: found };
  }
}
