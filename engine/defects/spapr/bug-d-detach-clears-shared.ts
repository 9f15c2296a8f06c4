// BUG-D: detaching one group wipes the mappings of those that stay.

import { defect } from './spapr.ts';

export const bugD = defect({
  id: 'BUG-D',
  title: 'detaching one of two groups clears the mappings of the other',
  source:
    'spec/spapr-tce-v2.md §4, §11 BUG-D; since "vfio/spapr: Always clear TCEs before unsetting the window"',
  class: 'lost mappings',
  violates: 'CON-102',
  trigger: 'attach two groups, REGISTER, MAP, detach one',
  steps: {
    *tceIommuClearOnDetach(container, table) {
      yield* this.tceIommuClearAll(container, table);
    },
  },
});
