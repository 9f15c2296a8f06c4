// struct iommu_table_group: the DMA windows of one partitionable endpoint, as the hardware has them.

import { type Birth, type Cell, KernelObject } from '../runtime/index.ts';
import type { Geometry, GroupSpec, U64 } from '../vfio/vocabulary.ts';
import { IommuTable } from './iommuTable.ts';

/** IOMMU_TABLE_GROUP_MAX_TABLES: the default window and one dynamic window. */
export const maxTables = 2;

/** Slot `i` of the tables of a group or a container. */
export function slotOf(
  of: { readonly tables: readonly Cell<IommuTable | null>[] },
  i: number,
): Cell<IommuTable | null> {
  return of.tables[i] as Cell<IommuTable | null>;
}

export class TableGroup extends KernelObject {
  readonly spec: GroupSpec;
  readonly tce32Size: U64;
  readonly pgsizes: number;
  readonly maxDynamicWindows: number;
  readonly maxLevels: number;
  /** What the hardware uses: set_window and unset_window change it. */
  readonly tables: readonly Cell<IommuTable | null>[];
  /** A user owns the group: its kernel DMA is off. */
  readonly owned: Cell<boolean>;

  constructor(birth: Birth, spec: GroupSpec, geometry: Geometry) {
    super(birth);
    this.spec = spec;
    const ddw = spec.kind === 'ddw';
    this.tce32Size = spec.noWindow === true ? 0 : geometry.tce32Size;
    this.pgsizes = ddw ? geometry.pgsizes : 0;
    this.maxDynamicWindows = ddw ? geometry.maxDynamicWindows : 0;
    this.maxLevels = ddw ? geometry.maxLevels : 0;
    this.owned = this.cell('owned', false);
    const boot = ddw ? [] : (spec.tables ?? [{ itMap: true }]);
    this.tables = Array.from({ length: maxTables }, (_, i) => {
      const table = boot[i] ?? null;
      const made = table === null ? null : this.bootTable(geometry, i, table);
      return this.cell<IommuTable | null>(`tables[${i}]`, made);
    });
  }

  /** A table that the platform made for the kernel's own DMA. */
  private bootTable(
    geometry: Geometry,
    slot: number,
    table: { readonly itMap: boolean; readonly pageShift?: number },
  ): IommuTable {
    const shift = table.pageShift ?? 12;
    const start = slot === 0 ? geometry.tce32Start : geometry.tce64Start;
    return new IommuTable(
      { name: `${this.name}.table${slot}`, boot: true },
      null,
      start / 2 ** shift,
      geometry.tce32Size / 2 ** shift,
      shift,
      0,
      table.itMap,
      null,
    );
  }

  get kind(): string {
    return 'table_group';
  }

  get legacy(): boolean {
    return this.spec.kind === 'legacy';
  }
}
