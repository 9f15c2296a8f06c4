// ATT-30: a change of the default domain that fails frees the domain that it goes back to.

import { defect } from '../iommu.ts';

export const att30 = defect({
  id: 'ATT-30',
  title: 'A default domain that could not be replaced is freed under its devices',
  source: 'planted; spec/iommu-core.md §3, setup_default_domain',
  class: 'planted',
  violates: 'CORE-008',
  trigger: 'write identity to the type of a group whose device refuses the new domain',
  steps: {
    *iommuFreeUnused(_fresh, old) {
      yield* this.iommuDomainFree(old);
    },
  },
});
