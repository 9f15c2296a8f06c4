// BUG-W: two first MAPs both make the default window.

import { defect } from './spapr.ts';

export const bugW = defect({
  id: 'BUG-W',
  title: 'two first MAPs make the default window twice; one table is lost',
  source: 'spec/spapr-tce-v2.md §11 BUG-W, §13 R4: seen on live Linux 6.12.107',
  class: 'race on initialisation',
  violates: 'ACC-005',
  trigger: 'MAP || MAP, both the first of their container',
  steps: {
    *tceIommuDefaultWindowForMap(container) {
      return yield* this.tceIommuCreateDefaultWindow(container);
    },
  },
});
