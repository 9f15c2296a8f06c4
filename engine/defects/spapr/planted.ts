// Slips that no kernel is known to have, planted so that the properties they break are seen to work.

import { defect } from './spapr.ts';

const planted = { source: 'planted', class: 'planted' } as const;

export const p1 = defect({
  ...planted,
  id: 'TCE-P1',
  title: 'regions that are registered are not compared with those that are listed',
  violates: 'REG-001',
  trigger: 'REGISTER of a range, REGISTER of a part of it',
  steps: {
    *mmIommuOverlaps() {
      return false;
    },
  },
});

export const p11 = defect({
  ...planted,
  id: 'TCE-P11',
  title: 'a window that is removed stays programmed in its groups',
  violates: 'WIN-011',
  trigger: 'attach, REGISTER, TCE_REMOVE',
  steps: { *pnvUnsetWindow() {} },
});

export const p12 = defect({
  ...planted,
  id: 'TCE-P12',
  title: 'REGISTER does not enable its container',
  violates: 'CON-012',
  trigger: 'REGISTER',
  steps: { *tceIommuEnabledBy() {} },
});
