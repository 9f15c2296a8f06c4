// IFD-B29: the end of the user addresses is not looked at.

import { defect } from '../iommu.ts';

export const iommufdB29 = defect({
  id: 'IFD-B29',
  title: 'MAP of user addresses that wrap around is accepted',
  source: 'iommufd: Check for uptr overflow (e4395701330f); real-bugs.md 29',
  class: 'overflow',
  violates: 'IFD-001',
  trigger: 'ioas_map with va + size beyond 2^64',
  steps: {
    ioptUptrOverflows() {
      return false;
    },
  },
});
