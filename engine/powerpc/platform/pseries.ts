// Dynamic windows of a pseries guest, where the hypervisor makes and removes them.
// Source: arch/powerpc/platforms/pseries/iommu.c, spapr_tce_create_table and its neighbours.

import { divergence } from '../../defects/spapr/spapr.ts';
import { EINVAL, ENODEV, ENOMEM, EPERM } from '../../errno.ts';
import { IommuTable } from '../iommuTable.ts';
import { slotOf } from '../tableGroup.ts';

const bytesPerTce = 8;
/** ~0U: the "size" of a table of several levels, charged before create_table refuses them. */
const noSize = 2 ** 32 - 1;
const pageShift4K = 12;

const isPowerOfTwo = (x: number): boolean => x > 0 && Number.isInteger(Math.log2(x));

export const pseriesPlatform = divergence({
  id: 'pseries',
  title: 'the hypervisor makes windows: one level, one copy, the default one first',
  source: 'arch/powerpc/platforms/pseries/iommu.c, Linux 6.12',
  trigger: 'TCE_CREATE on a pseries guest',
  steps: {
    /** spapr_tce_get_table_size: nothing is checked here, and the user's view is not counted. */
    pnvGetTableSize(_group, pageShift, windowSize, levels) {
      return levels > 1 ? noSize : Math.floor((windowSize * bytesPerTce) / 2 ** pageShift);
    },
    *pnvCreateTable(group, num, pageShift, windowSize, levels) {
      if (!isPowerOfTwo(windowSize) || levels > 1) return EINVAL;
      const { geometry, heap } = this.world;
      if (num === 0) {
        // Making a window in slot 0 resets the device, which would take a second window away.
        const second = slotOf(group, 1);
        yield second.read;
        if (second.value !== null) return EPERM;
      }
      const fits = pageShift === pageShift4K && windowSize <= group.tce32Size;
      const isDefault = num === 0 && fits;
      // The hypervisor refuses a window smaller than its page.
      if (!isDefault && windowSize < 2 ** pageShift) return ENODEV;
      if (yield* this.world.refuses('create_table')) return ENOMEM;
      const entries = windowSize / 2 ** pageShift;
      const size = this.pnvGetTableSize(group, pageShift, windowSize, levels);
      const start = num === 0 ? geometry.tce32Start : geometry.tce64Start;
      const view = this.pnvUserspaceView(entries);
      const offset = start / 2 ** pageShift;
      return heap.create(IommuTable, group, offset, entries, pageShift, size, false, view);
    },
  },
});
