// Shared by v11 and 4.2: the first group's attach makes the default window, rather than the first
// MAP. How a failure is unwound differs between the defect (A4) and the divergence.

import { EFAULT } from '../../errno.ts';
import { maxTables, slotOf, type TableGroup } from '../../powerpc/tableGroup.ts';
import type { Steps } from '../../runtime/index.ts';
import type { SpaprKernel } from '../../vfio/spapr/kernel.ts';
import type { TceContainer } from '../../vfio/spapr/objects.ts';

type Unwind = (
  k: SpaprKernel,
  c: TceContainer,
  tg: TableGroup,
  made: boolean,
  set: number,
) => Steps;

/** tce_iommu_take_ownership_ddw of seed 001, with `unwind` as its error path. */
export function takeOwnershipEagerly(unwind: Unwind) {
  return function* (
    this: SpaprKernel,
    container: TceContainer,
    tableGroup: TableGroup,
    first: boolean,
  ): Steps<number> {
    if (tableGroup.maxDynamicWindows === 0) return EFAULT;
    yield* this.tceIommuMmSet(container);
    const slot = slotOf(container, 0);
    yield slot.read;
    const wanted = first && slot.value === null;
    if (wanted) {
      const made = yield* this.tceIommuCreateTable(
        container,
        tableGroup,
        0,
        12,
        tableGroup.tce32Size,
        1,
      );
      if (typeof made === 'number') return made;
      yield slot.write;
      slot.value = made;
    }
    for (let i = 0; i < maxTables; i++) {
      const at = slotOf(container, i);
      yield at.read;
      const table = at.value;
      if (table === null) continue;
      const ret = yield* this.pnvSetWindow(tableGroup, i, table);
      if (ret === 0) continue;
      yield* unwind(this, container, tableGroup, wanted, i);
      return ret;
    }
    return 0;
  };
}

/** No window is ever pending. */
export function* neverPending(): Steps {}
