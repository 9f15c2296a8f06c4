// The end of a container: its last descriptor is closed, or its process exits.
// spec/spapr-tce-v2.md §8.

import { EBADF } from '../../errno.ts';
import type { Mm } from '../../mm/mm.ts';
import { maxTables, slotOf } from '../../powerpc/tableGroup.ts';
import { listDel, listFirst, type Steps } from '../../runtime/index.ts';
import type { SpaprKernel } from './kernel.ts';
import type { TceContainer } from './objects.ts';

export class ReleaseSteps {
  /** tce_iommu_release: groups, tables, registrations, the v1 charge, the reference to the mm. */
  *tceIommuRelease(this: SpaprKernel, container: TceContainer): Steps {
    yield* this.tceIommuReleaseGroups(container);
    yield* this.tceIommuReleaseTables(container);
    yield* this.tceIommuReleasePrereg(container);
    yield container.lock.lock;
    yield* this.tceIommuDisable(container);
    yield container.lock.unlock;
    yield* this.tceIommuMmDrop(container);
  }

  *tceIommuReleaseGroups(this: SpaprKernel, container: TceContainer): Steps {
    for (;;) {
      const tcegrp = yield* listFirst(container.groupList);
      if (tcegrp === null) return;
      yield* this.vfioDetachGroup(container, tcegrp.group);
    }
  }

  /** Tables that the container made outlive its groups until here. */
  *tceIommuReleaseTables(this: SpaprKernel, container: TceContainer): Steps {
    yield container.lock.lock;
    yield container.windows.downWrite;
    for (let i = 0; i < maxTables; i++) {
      const slot = slotOf(container, i);
      yield slot.read;
      const table = slot.value;
      if (table === null) continue;
      yield* this.tceIommuClearAll(container, table);
      yield slot.write;
      slot.value = null;
      yield* this.tceIommuFreeTable(container, table);
    }
    yield container.windows.upWrite;
    yield container.lock.unlock;
  }

  /** Every registration of this container is dropped. */
  *tceIommuReleasePrereg(this: SpaprKernel, container: TceContainer): Steps {
    yield container.lock.lock;
    const mm = yield* this.tceMm(container);
    for (;;) {
      const node = yield* listFirst(container.preregList);
      if (node === null) break;
      if (mm !== null) yield* this.mmIommuDrop(mm, node.mem);
      yield* listDel(container.preregList, node);
      yield node.free;
    }
    yield container.lock.unlock;
  }

  /** tce_iommu_disable: a v1 container gives back what ENABLE charged. */
  *tceIommuDisable(this: SpaprKernel, container: TceContainer): Steps {
    if (container.v2) return;
    yield container.enabled.readOnce;
    if (!container.enabled.value) return;
    yield container.enabled.writeOnce;
    container.enabled.value = false;
    yield container.lockedPages.read;
    const pages = container.lockedPages.value;
    const mm = yield* this.tceMm(container);
    if (mm !== null) yield mm.lockedVm.uncharge(pages);
  }

  *tceIommuMmDrop(this: SpaprKernel, container: TceContainer): Steps {
    yield container.mm.readOnce;
    const mm = container.mm.value;
    if (mm !== null) yield mm.count.put;
  }

  /** close(2): the container is released unless a call is in flight, which then does it. */
  *vfioFileClose(this: SpaprKernel, container: TceContainer): Steps<number> {
    yield container.file.close;
    const { closing } = container.file;
    if (closing === 'last') yield* this.tceIommuRelease(container);
    return closing === 'closed' ? EBADF : 0;
  }

  /** A process dies: its memory goes first (exit_mm), then its files (exit_files). */
  *processExit(this: SpaprKernel, mm: Mm, containers: readonly TceContainer[]): Steps {
    yield mm.count.put;
    for (const container of containers) yield* this.vfioFileClose(container);
  }
}
