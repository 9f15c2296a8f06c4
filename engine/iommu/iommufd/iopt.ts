// The IO page table of an IOAS: areas of IOVA, the user pages behind them, ranges that are reserved.
// Areas are put into domains by fill.ts; the rules of what may be mapped where are in ioas.ts.

import { type Birth, Cell, KernelObject, Mutex, Refcount, RwSem } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import type { Mm } from '../mm.ts';
import { emptySet, type ObjectSet } from './objectSet.ts';

/** struct iopt_pages: consecutive user pages. */
export class IoptPages extends KernelObject {
  readonly mm: Mm;
  /** Of the first page. */
  readonly va: U64;
  readonly npages: number;
  readonly writable: boolean;
  readonly kref: Refcount;
  readonly mutex: Mutex;
  /** Areas whose pages are pinned for domains: under `mutex`. */
  readonly domainsItree: Cell<ObjectSet<IoptArea>>;

  constructor(birth: Birth, mm: Mm, va: U64, npages: number, writable: boolean) {
    super(birth);
    this.mm = mm;
    this.va = va;
    this.npages = npages;
    this.writable = writable;
    this.kref = new Refcount(this, 'kref', 1);
    this.mutex = new Mutex(this, 'mutex');
    this.domainsItree = this.cell<ObjectSet<IoptArea>>('domains_itree', emptySet('by name'));
  }

  get kind(): string {
    return 'iopt_pages';
  }
}

/** struct iopt_area: a range of IOVA for a range of the pages. */
export class IoptArea extends KernelObject {
  readonly iova: U64;
  /** Exact also where `last` is not. */
  readonly length: U64;
  readonly last: U64;
  /** Offset into the pages, in bytes. */
  readonly startByte: U64;
  readonly prot: number;
  /** null: the area is being set up or torn down. Under iova_rwsem. */
  readonly pages: Cell<IoptPages | null>;
  /** Which domain the pages were pinned for; null: no domain. Under pages->mutex. */
  readonly storageDomain: Cell<IommuDomain | null>;
  readonly numAccesses: Cell<number>;
  readonly preventAccess: Cell<boolean>;

  constructor(birth: Birth, iova: U64, length: U64, startByte: U64, prot: number) {
    super(birth);
    this.iova = iova;
    this.length = length;
    this.last = iova + length - 1;
    this.startByte = startByte;
    this.prot = prot;
    this.pages = this.cell<IoptPages | null>('pages', null);
    this.storageDomain = this.cell<IommuDomain | null>('storage_domain', null);
    this.numAccesses = this.cell('num_accesses', 0);
    this.preventAccess = this.cell('prevent_access', false);
  }

  get kind(): string {
    return 'iopt_area';
  }
}

/** struct iopt_reserved: nothing may be mapped there, on account of a device or a domain. */
export class IoptReserved extends KernelObject {
  readonly start: U64;
  readonly last: U64;
  readonly owner: KernelObject;

  constructor(birth: Birth, start: U64, last: U64, owner: KernelObject) {
    super(birth);
    this.start = start;
    this.last = last;
    this.owner = owner;
  }

  get kind(): string {
    return 'iopt_reserved';
  }
}

/** struct io_pagetable: a part of its IOAS. */
export class Iopt {
  readonly domainsRwsem: RwSem;
  readonly iovaRwsem: RwSem;
  readonly areas: Cell<ObjectSet<IoptArea>>;
  readonly reserved: Cell<ObjectSet<IoptReserved>>;
  /** In the order of their ids. */
  readonly domains: Cell<ObjectSet<IommuDomain>>;
  readonly iovaAlignment: Cell<number>;
  /** Constant here: set before anything is mapped. */
  readonly disableLargePages: boolean;

  constructor(ioas: KernelObject, disableLargePages: boolean) {
    this.disableLargePages = disableLargePages;
    this.domainsRwsem = new RwSem(ioas, 'domains_rwsem');
    this.iovaRwsem = new RwSem(ioas, 'iova_rwsem');
    this.areas = new Cell<ObjectSet<IoptArea>>(ioas, 'area_itree', emptySet('by name'));
    this.reserved = new Cell<ObjectSet<IoptReserved>>(ioas, 'reserved_itree', emptySet('by name'));
    this.domains = new Cell<ObjectSet<IommuDomain>>(ioas, 'domains', emptySet());
    this.iovaAlignment = new Cell(ioas, 'iova_alignment', 1);
  }
}

export const overlaps = (a: { start: U64; last: U64 }, start: U64, last: U64): boolean =>
  a.start <= last && start <= a.last;

/** iopt_area_iter_first: the lowest area that meets the range. */
export function firstArea(areas: ObjectSet<IoptArea>, start: U64, last: U64): IoptArea | null {
  let first: IoptArea | null = null;
  for (const area of areas.members)
    if (area.iova <= last && start <= area.last && (first === null || area.iova < first.iova))
      first = area;
  return first;
}
