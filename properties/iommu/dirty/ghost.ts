// What the judge of the dirty log remembers of a run: cells, so that undo restores it and states
// include it.

import type { IommuDomain } from '../../../engine/iommu/index.ts';
import {
  type Birth,
  type Cell,
  type Hashed,
  hashString,
  hashString2,
  type Heap,
  KernelObject,
} from '../../../engine/runtime/index.ts';
import type { Snapshot } from './snapshot.ts';

/** What operations in flight can do to each other: change mappings, write, switch the log, read it. */
export type Disturbance = 'map' | 'write' | 'log' | 'read' | 'untrack';

interface OpenFields {
  /** The kind of operation, for those that begin later. */
  readonly does: Disturbance | null;
  readonly domain: IommuDomain | null;
  /** The page table when the operation began. */
  readonly before: Snapshot | null;
  /** Pages written and not cleared, when it began; less what others clear meanwhile. */
  readonly pending: string;
  /** The log was on. */
  readonly tracked: boolean;
  /** What others did since it began. */
  readonly disturbed: readonly Disturbance[];
}

/** An operation in flight. */
export class Open implements Hashed, OpenFields {
  readonly does: Disturbance | null;
  readonly domain: IommuDomain | null;
  readonly before: Snapshot | null;
  readonly pending: string;
  readonly tracked: boolean;
  readonly disturbed: readonly Disturbance[];
  readonly hash: number;
  readonly hash2: number;

  constructor(fields: OpenFields, key: string) {
    this.does = fields.does;
    this.domain = fields.domain;
    this.before = fields.before;
    this.pending = fields.pending;
    this.tracked = fields.tracked;
    this.disturbed = fields.disturbed;
    this.hash = hashString(key);
    this.hash2 = hashString2(key);
  }

  /** Whether it had the domain for itself, as far as these matter. */
  alone(...kinds: readonly Disturbance[]): boolean {
    return kinds.every((kind) => !this.disturbed.includes(kind));
  }
}

/** Of one domain. Numbers of pages as text, so that they can be in cells. */
class DomainGhost extends KernelObject {
  readonly domain: IommuDomain;
  /** Written by devices since the log was started, and not cleared since. */
  readonly pending: Cell<string>;
  /** Reported by a sync and not cleared since. */
  readonly reported: Cell<string>;
  /** Ranges whose log is on: `iova+size`. */
  readonly ranges: Cell<string>;

  constructor(birth: Birth, domain: IommuDomain) {
    super(birth);
    this.domain = domain;
    this.pending = this.cell('pending', '');
    this.reported = this.cell('reported', '');
    this.ranges = this.cell('ranges', '');
  }

  get kind(): string {
    return 'judge';
  }
}

class OpenCells extends KernelObject {
  private readonly cells = new Map<number, Cell<Open | null>>();

  get kind(): string {
    return 'judge';
  }

  of(task: number): Cell<Open | null> {
    let cell = this.cells.get(task);
    if (cell === undefined)
      this.cells.set(task, (cell = this.cell<Open | null>(`in flight ${task}`, null)));
    return cell;
  }

  all(): readonly Cell<Open | null>[] {
    return [...this.cells.values()];
  }
}

export class Ghost {
  readonly open: OpenCells;
  private readonly heap: Heap;
  /** Values that have been in flight: equal ones must be one, and domains belong to this world. */
  private readonly known = new Map<string, Open>();
  private readonly domains = new Map<string, DomainGhost>();

  constructor(heap: Heap) {
    this.heap = heap;
    this.open = heap.boot(OpenCells, 'dirty judge');
  }

  of(domain: IommuDomain): DomainGhost {
    const { name } = domain;
    let ghost = this.domains.get(name);
    if (ghost === undefined)
      this.domains.set(
        name,
        (ghost = this.heap.boot(DomainGhost, `dirty judge of ${name}`, domain)),
      );
    return ghost;
  }

  /** The one value with these fields. */
  opened(fields: OpenFields): Open {
    const { does, domain, before, pending, tracked, disturbed } = fields;
    const others = [...disturbed].sort().join();
    const key = [does, domain?.name, before?.name, pending, tracked, others].join('|');
    let value = this.known.get(key);
    if (value === undefined) this.known.set(key, (value = new Open(fields, key)));
    return value;
  }

  /** Something happens to an operation in flight. */
  change(cell: Cell<Open | null>, from: Open, changes: Partial<OpenFields>): void {
    const { does, domain, before, pending, tracked, disturbed } = from;
    const fields = { does, domain, before, pending, tracked, disturbed, ...changes };
    this.set(cell, this.opened(fields));
  }

  /** What is not mapped any more has no dirty state. `mapped`: whether a page is. */
  unmapped(mapped: (domain: IommuDomain, page: number) => boolean): void {
    for (const { domain, pending } of this.domains.values()) {
      const left = pagesOf(pending.stored).filter((page) => mapped(domain, page));
      this.set(pending, pagesText(left));
    }
  }

  /** The caller knows that these pages were written: nobody needs to report them any more. */
  seen(domain: IommuDomain, pages: ReadonlySet<number>): void {
    const { pending } = this.of(domain);
    this.set(pending, lessPages(pending.stored, pages));
    for (const cell of this.open.all()) {
      const other = cell.stored;
      if (other !== null && other.domain === domain)
        this.change(cell, other, { pending: lessPages(other.pending, pages) });
    }
  }

  set<T extends string | Open | null>(cell: Cell<T>, value: T): void {
    this.heap.store(cell, value);
  }
}

/** Numbers of pages as text, and back. */
export const pagesText = (pages: Iterable<number>): string =>
  [...new Set(pages)].sort((a, b) => a - b).join(' ');

export const pagesOf = (text: string): number[] => (text === '' ? [] : text.split(' ').map(Number));

/** Those of the first that are not in the second. */
export function lessPages(text: string, gone: Iterable<number>): string {
  const out = new Set(gone);
  return pagesText(pagesOf(text).filter((p) => !out.has(p)));
}
