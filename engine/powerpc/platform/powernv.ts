// What the tables of a real powernv machine are like beyond their size: small scopes leave it out.
// Source: arch/powerpc/platforms/powernv/pci-ioda-tce.c, pnv_pci_ioda2_table_alloc_pages.

import { divergence } from '../../defects/spapr/spapr.ts';
import { EINVAL, ENOMEM } from '../../errno.ts';
import { IommuTable } from '../iommuTable.ts';

/** One level is one allocation of the page allocator: MAX_PAGE_ORDER with 4K and with 64K pages. */
const largestLevelShift = 24;
/** Bits of a bus address that levels may span. */
const maxAddressBits = 55;

export const powernvPlatform = divergence({
  id: 'powernv',
  title: 'tables are whole host pages, and a level is at most 16 MiB',
  source: 'arch/powerpc/platforms/powernv/pci-ioda-tce.c, Linux 6.12',
  trigger: 'TCE_CREATE of a window with fewer entries than a page holds, or with very many',
  steps: {
    *pnvCreateTable(group, num, pageShift, windowSize, levels) {
      const { geometry, heap } = this.world;
      const entriesShift = Math.log2(windowSize) - pageShift;
      const levelShift = Math.max(Math.ceil(entriesShift / levels) + 3, geometry.pageShift);
      if ((levelShift - 3) * levels + pageShift >= maxAddressBits) return EINVAL;
      if (levelShift > largestLevelShift) return ENOMEM;
      if (yield* this.world.refuses('create_table')) return ENOMEM;
      // it_size counts all entries of the memory, also those beyond the window asked for.
      const entries = 2 ** (Math.max(entriesShift + 3, geometry.pageShift) - 3);
      const size = this.pnvGetTableSize(group, pageShift, windowSize, levels);
      const start = num === 0 ? geometry.tce32Start : geometry.tce64Start;
      const view = this.pnvUserspaceView(entries);
      const offset = start / 2 ** pageShift;
      return heap.create(IommuTable, group, offset, entries, pageShift, size, false, view);
    },
  },
});
