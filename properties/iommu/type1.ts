// The properties of VFIO, type1 and KVM, and their judge.

import type { IommuWorld } from '../../engine/iommu/index.ts';
import type { IommuOp, IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import { type Birth, type Cell, KernelObject, type Outcome } from '../../engine/runtime/index.ts';
import { broken } from '../property.ts';
import type { Part } from './part.ts';
import { type1Properties } from './type1Catalogue.ts';
import { checkType1s, type Others } from './type1Checks.ts';
import { checkVfio } from './vfioChecks.ts';
import { dmasOf, type1s } from './vfioView.ts';

export { uncheckable } from './type1Catalogue.ts';

/** What devices wrote and no report has shown: `<group> <iova>` by page, in order. */
class Written extends KernelObject {
  readonly pages: Cell<string>;

  constructor(birth: Birth) {
    super(birth);
    this.pages = this.cell('pages', '');
  }

  get kind(): string {
    return 'judge';
  }
}

const pinners: ReadonlySet<string> = new Set(['page_pin', 'page_unpin', 'ioas_map', 'ioas_copy']);

function othersOf({ setup, tasks }: IommuProgram): Others {
  const names = [...setup, ...tasks.flatMap((t) => t.ops)].map(({ op }) => op);
  return {
    pin: names.some((name) => pinners.has(name)),
    account: names.some((name) => name.startsWith('ioas_')),
  };
}

export const type1Part: Part = {
  properties: Object.values(type1Properties),
  judge(world, program, quirks) {
    const { topology } = program;
    if (topology.containers === undefined && topology.kvms === undefined) return {};
    const others = othersOf(program);
    const written = world.heap.boot(Written, 'written pages');
    const store = (pages: Set<string>) =>
      world.heap.store(written.pages, [...pages].sort().join(','));
    const load = () => new Set(written.pages.stored.split(',').filter((p) => p !== ''));
    return {
      onEnd(op, result) {
        const pages = load();
        noteWritten(world, op, result, pages);
        store(pages);
      },
      looks: ({ op }) => op === 'dma_write',
      quiescent() {
        checkVfio(world, quirks);
        checkType1s(world, others, quirks);
        checkDirty(world, load());
      },
    };
  },
};

/** A page that is written joins; one that is reported, unmapped or no longer tracked leaves. */
function noteWritten(world: IommuWorld, op: IommuOp, { ret }: Outcome, pages: Set<string>): void {
  if (ret !== 0) return;
  const pageSize = 2 ** world.geometry.pageShift;
  const tracked = () => type1s(world).some((iommu) => iommu.dirtyPageTracking.stored);
  if (op.op === 'dma_write' && op.pasid === undefined && tracked()) {
    const group = world.devices[op.device]?.spec.group;
    pages.add(`${group} ${op.iova - (op.iova % pageSize)}`);
  }
  if (op.op !== 'vfio_dirty_pages' && op.op !== 'vfio_unmap_dma') return;
  const from = op.iova ?? 0;
  const all = op.op === 'vfio_dirty_pages' ? op.flags !== 4 : ((op.flags ?? 0) & 2) !== 0;
  const end = all ? Number.POSITIVE_INFINITY : from + (op.size ?? 0);
  for (const page of pages) {
    const iova = Number(page.split(' ')[1]);
    if (from <= iova && iova < end) pages.delete(page);
  }
}

/** Each of them would be in the next report. */
function checkDirty(world: IommuWorld, pages: ReadonlySet<string>): void {
  const pageSize = 2 ** world.geometry.pageShift;
  for (const iommu of type1s(world)) {
    if (!iommu.dirtyPageTracking.stored) continue;
    for (const dma of dmasOf(iommu)) {
      if (iommu.numNonPinnedGroups.stored > 0 && dma.iommuMapped.stored) continue;
      const bits = dma.bitmap.stored ?? '';
      for (const page of pages) {
        const at = (Number(page.split(' ')[1]) - dma.iova) / pageSize;
        if (at < 0 || at >= dma.size / pageSize || bits[at] === '1') continue;
        throw broken(
          type1Properties.dirty,
          'lost',
          'a page that a device wrote is not in the next report',
          dma,
        );
      }
    }
  }
}
