// struct tce_container and what hangs on it, and the VFIO group that is attached to one.

import {
  type Birth,
  type Cell,
  KernelObject,
  type ListNode,
  Mutex,
  RwSem,
} from '../../runtime/index.ts';
import { VfioFile } from '../file.ts';
import type { Mm } from '../../mm/mm.ts';
import type { IommuTable } from '../../powerpc/iommuTable.ts';
import type { MemRegion } from '../../powerpc/memRegion.ts';
import { maxTables, type TableGroup } from '../../powerpc/tableGroup.ts';

/** An IOMMU group as VFIO holds it: in one container at most. */
export class VfioGroup extends KernelObject {
  readonly index: number;
  /** iommu_group_get_iommudata(): null where the platform gave none. */
  readonly tableGroup: TableGroup | null;
  readonly groupLock: Mutex;
  readonly container: Cell<TceContainer | null>;

  constructor(birth: Birth, index: number, tableGroup: TableGroup | null) {
    super(birth);
    this.index = index;
    this.tableGroup = tableGroup;
    this.groupLock = new Mutex(this, 'group_lock');
    this.container = this.cell<TceContainer | null>('container', null);
  }

  get kind(): string {
    return 'group';
  }
}

/** struct tce_iommu_group: a node of container->group_list. */
export class TceGroup extends KernelObject implements ListNode {
  readonly group: VfioGroup;
  readonly next: Cell<ListNode | null>;

  constructor(birth: Birth, group: VfioGroup) {
    super(birth);
    this.group = group;
    this.next = this.cell<ListNode | null>('next', null);
  }

  get kind(): string {
    return 'tce_iommu_group';
  }

  override get title(): string {
    return `tce_iommu_group of ${this.group.name}`;
  }
}

/** struct tce_iommu_prereg: a node of container->prereg_list. */
export class TcePrereg extends KernelObject implements ListNode {
  readonly mem: MemRegion;
  readonly next: Cell<ListNode | null>;

  constructor(birth: Birth, mem: MemRegion) {
    super(birth);
    this.mem = mem;
    this.next = this.cell<ListNode | null>('next', null);
  }

  get kind(): string {
    return 'tce_iommu_prereg';
  }
}

export class TceContainer extends KernelObject {
  readonly index: number;
  readonly v2: boolean;
  readonly file: VfioFile;
  /** The VFIO container's lock: attach and detach hold it for write. */
  readonly groupLock: RwSem;
  readonly lock: Mutex;
  /**
   * Windows may not change while a MAP or UNMAP works on one: those hold it for read, and run side
   * by side. Not in any Linux so far; its absence is defect L1.
   */
  readonly windows: RwSem;
  readonly enabled: Cell<boolean>;
  readonly lockedPages: Cell<number>;
  readonly tables: readonly Cell<IommuTable | null>[];
  readonly groupList: Cell<TceGroup | null>;
  readonly mm: Cell<Mm | null>;
  readonly preregList: Cell<TcePrereg | null>;
  readonly defWindowPending: Cell<boolean>;

  constructor(birth: Birth, index: number, v2: boolean) {
    super(birth);
    this.index = index;
    this.v2 = v2;
    this.file = new VfioFile(this);
    this.groupLock = new RwSem(this, 'group_lock');
    this.lock = new Mutex(this, 'lock');
    this.windows = new RwSem(this, 'windows');
    this.enabled = this.cell('enabled', false);
    this.lockedPages = this.cell('locked_pages', 0);
    this.tables = Array.from({ length: maxTables }, (_, i) =>
      this.cell<IommuTable | null>(`tables[${i}]`, null),
    );
    this.groupList = this.cell<TceGroup | null>('group_list', null);
    this.mm = this.cell<Mm | null>('mm', null);
    this.preregList = this.cell<TcePrereg | null>('prereg_list', null);
    this.defWindowPending = this.cell('def_window_pending', false);
  }

  get kind(): string {
    return 'container';
  }
}
