// Divergence: legacy groups were allowed in v2 containers, one alone in any container.

import { EBUSY } from '../../errno.ts';
import { listFirst } from '../../runtime/index.ts';
import { divergence } from './spapr.ts';

export const legacyInV2 = divergence({
  id: 'D-LEGACY',
  title: 'a v2 container takes a legacy group; a container takes several v1 groups',
  source: 'seed 001, tce_iommu_attach_group; spec/spapr-tce-v2.md §3',
  trigger: 'attach a legacy group to a v2 container',
  allows: ['legacyInV2'],
  steps: {
    *tceIommuAttachUnsupported(container, tableGroup) {
      if (!tableGroup.legacy) return 0;
      return (yield* listFirst(container.groupList)) === null ? 0 : EBUSY;
    },
  },
});
