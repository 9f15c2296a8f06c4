// What the mapping part adds to revisions: spec/iommu-core.md §9, §10, spec/real-bugs.md.

import { armSplits, enodevFirst, syncMapVoid } from '../../defects/iommu/mapping/divergences.ts';
import { of60 } from '../../defects/iommu/mapping/index.ts';
import type { PartRevisions } from './revision.ts';

export const mappingRevisions: PartRevisions = {
  'core/6.0': [...of60, enodevFirst, syncMapVoid, armSplits],
  'core/6.1': [enodevFirst, syncMapVoid, armSplits],
  'core/6.12': [armSplits],
};
