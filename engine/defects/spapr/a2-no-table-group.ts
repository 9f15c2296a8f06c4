// A2: iommu_group_get_iommudata() is taken to be non-null.

import { deref } from '../../runtime/index.ts';
import { defect } from './spapr.ts';

export const a2 = defect({
  id: 'A2',
  title: 'attach follows the table group of a group that has none',
  source:
    'seed 001; spec/spapr-tce-v2.md §11 A2; fixed by "vfio/spapr: fail tce_iommu_attach_group() when iommu_data is null"',
  class: 'null dereference',
  violates: 'null-deref',
  trigger: 'attach a group whose platform data is missing',
  steps: {
    tceIommuTableGroup(group) {
      return deref(group.tableGroup, 'table_group');
    },
  },
});
