// What in-kernel clients have unmapped by iommu_unmap_fast and not yet synced: the gathers that they
// keep between their calls, of each task its own.

import { hex } from '../../hex.ts';
import { TextValue } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import { type Gather, isEmpty, newGather } from './gather.ts';
import { ByTables, type PageTable } from './pageTable.ts';

/** A gather at rest. */
export interface Kept {
  readonly task: string;
  readonly start: U64;
  readonly end: U64;
  readonly pgsize: number;
  readonly freelist: readonly PageTable[];
}

/** The gathers of one domain, as one value. */
export class Pending extends TextValue {
  readonly kept: readonly Kept[];

  constructor(name: string, kept: readonly Kept[]) {
    super(name);
    this.kept = kept;
  }

  /** A task's gather, to go on with. */
  of(task: string): Gather {
    const kept = this.kept.find((k) => k.task === task);
    return kept === undefined ? newGather() : thawed(kept);
  }

  without(task: string): Pending {
    return pending(this.kept.filter((k) => k.task !== task));
  }

  with(task: string, gather: Gather): Pending {
    const others = this.kept.filter((k) => k.task !== task);
    if (isEmpty(gather)) return pending(others);
    const { start, end, pgsize, freelist } = gather;
    return pending([...others, { task, start, end, pgsize, freelist: [...freelist] }]);
  }

  /** Whether something of [start, end] waits for a sync. */
  covers(start: U64, end: U64): boolean {
    return this.kept.some((k) => k.start <= end && start <= k.end);
  }
}

export function thawed({ start, end, pgsize, freelist }: Kept): Gather {
  return { start, end, pgsize, freelist: [...freelist], queued: false };
}

const byTables = new ByTables<Pending>();

const nameOf = ({ name }: PageTable) => name;

/** The one value with these gathers. */
export function pending(kept: readonly Kept[]): Pending {
  const text = (k: Kept) =>
    [`${k.task} ${hex(k.start)}-${hex(k.end)} by ${hex(k.pgsize)}`, ...k.freelist.map(nameOf)].join(
      ' ',
    );
  const name = kept.length === 0 ? 'nothing' : kept.map(text).sort().join(', ');
  const known = byTables.of(kept.flatMap((k) => k.freelist));
  let value = known.get(name);
  if (value === undefined) known.set(name, (value = new Pending(name, kept)));
  return value;
}

export const nothingPending = pending([]);
