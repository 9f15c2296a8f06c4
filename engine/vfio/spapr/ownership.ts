// Taking a group's DMA from the kernel and giving it back: legacy groups lend the tables that were
// made at boot; groups with dynamic windows are programmed with the container's.

import { EBUSY, EPERM } from '../../errno.ts';
import type { IommuTable } from '../../powerpc/iommuTable.ts';
import { maxTables, slotOf, type TableGroup } from '../../powerpc/tableGroup.ts';
import type { Steps } from '../../runtime/index.ts';
import type { SpaprKernel } from './kernel.ts';
import type { TceContainer } from './objects.ts';

export class OwnershipSteps {
  *tceIommuTakeOwnership(
    this: SpaprKernel,
    container: TceContainer,
    tableGroup: TableGroup,
    first: boolean,
  ): Steps<number> {
    const ret = tableGroup.legacy
      ? yield* this.tceIommuTakeOwnershipLegacy(container, tableGroup)
      : yield* this.tceIommuTakeOwnershipDdw(container, tableGroup, first);
    if (ret !== 0) return ret;
    yield tableGroup.owned.write;
    tableGroup.owned.value = true;
    return 0;
  }

  /** Every table with a kernel bitmap is taken, or none; then the container uses the group's tables. */
  *tceIommuTakeOwnershipLegacy(
    this: SpaprKernel,
    container: TceContainer,
    tableGroup: TableGroup,
  ): Steps<number> {
    // Windows that groups of another kind left behind cannot be programmed into this one.
    for (let i = 0; i < maxTables; i++) {
      yield slotOf(container, i).read;
      if (slotOf(container, i).value !== null) return EPERM;
    }
    const taken: IommuTable[] = [];
    for (let i = 0; i < maxTables; i++) {
      yield slotOf(tableGroup, i).read;
      const table = slotOf(tableGroup, i).value;
      if (table === null || !table.itMap) continue;
      let ret = container.v2 ? yield* this.tceIommuUserspaceViewAlloc(container, table) : 0;
      if (ret === 0) {
        taken.push(table);
        if (yield* this.iommuTakeOwnership(tableGroup)) ret = EBUSY;
      }
      if (ret === 0) continue;
      for (const t of taken) yield* this.tceIommuUserspaceViewFree(container, t);
      return ret;
    }
    yield* this.tceIommuUseGroupTables(container, tableGroup);
    return 0;
  }

  *tceIommuUseGroupTables(
    this: SpaprKernel,
    container: TceContainer,
    tableGroup: TableGroup,
  ): Steps {
    for (let i = 0; i < maxTables; i++) {
      yield slotOf(tableGroup, i).read;
      const table = slotOf(tableGroup, i).value;
      if (table === null) continue;
      yield slotOf(container, i).write;
      slotOf(container, i).value = table;
    }
  }

  /** iommu_take_ownership: whether the kernel's own DMA is in the way. */
  *iommuTakeOwnership(this: SpaprKernel, tableGroup: TableGroup): Steps<boolean> {
    return tableGroup.spec.kernelDmaLive === true || (yield* this.world.refuses('take_ownership'));
  }

  /** Programs the container's windows into a new group; on failure none of them stays. */
  *tceIommuTakeOwnershipDdw(
    this: SpaprKernel,
    container: TceContainer,
    tableGroup: TableGroup,
    _first: boolean,
  ): Steps<number> {
    for (let i = 0; i < maxTables; i++) {
      yield slotOf(container, i).read;
      const table = slotOf(container, i).value;
      if (table === null) continue;
      const ret = yield* this.pnvSetWindow(tableGroup, i, table);
      if (ret === 0) continue;
      for (let set = 0; set < i; set++) yield* this.pnvUnsetWindow(tableGroup, set);
      return ret;
    }
    return 0;
  }

  /** tce_iommu_release_ownership: `last`: no group is left in the container. */
  *tceIommuReleaseOwnership(
    this: SpaprKernel,
    container: TceContainer,
    tableGroup: TableGroup,
    last: boolean,
  ): Steps {
    if (tableGroup.legacy) yield* this.tceIommuReleaseOwnershipLegacy(container);
    else yield* this.tceIommuReleaseOwnershipDdw(container, tableGroup, last);
    yield tableGroup.owned.write;
    tableGroup.owned.value = false;
  }

  *tceIommuReleaseOwnershipLegacy(this: SpaprKernel, container: TceContainer): Steps {
    for (let i = 0; i < maxTables; i++) {
      yield slotOf(container, i).read;
      const table = slotOf(container, i).value;
      if (table === null) continue;
      yield* this.tceIommuClearAll(container, table);
      yield* this.tceIommuUserspaceViewFree(container, table);
      yield slotOf(container, i).write;
      slotOf(container, i).value = null;
    }
  }

  *tceIommuReleaseOwnershipDdw(
    this: SpaprKernel,
    container: TceContainer,
    tableGroup: TableGroup,
    last: boolean,
  ): Steps {
    for (let i = 0; i < maxTables; i++) {
      yield slotOf(container, i).read;
      const table = slotOf(container, i).value;
      if (table === null) continue;
      yield* this.tceIommuClearOnDetach(container, table, last);
      yield* this.pnvUnsetWindow(tableGroup, i);
    }
  }

  /** The table is shared: what remaining groups have mapped is not the leaving group's to clear. */
  *tceIommuClearOnDetach(
    this: SpaprKernel,
    container: TceContainer,
    table: IommuTable,
    last: boolean,
  ): Steps {
    if (last) yield* this.tceIommuClearAll(container, table);
  }
}
