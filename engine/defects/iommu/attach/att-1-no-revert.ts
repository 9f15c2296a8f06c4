// ATT-1: up to 6.0 an attach that fails half-way leaves the first devices on the new domain.

import { defect } from '../iommu.ts';

export const att1 = defect({
  id: 'ATT-1',
  title: 'An attach that fails half-way leaves devices on the new domain, which the caller frees',
  source:
    'iommu: Attach device group to old domain in error path (2cc73c5712f9); spec/real-bugs.md 1',
  class: 'use after free',
  violates: 'CORE-007',
  trigger: 'attach a group of two devices, of which the second one refuses',
  steps: {
    *iommuGroupRevertDomain() {},
  },
});
