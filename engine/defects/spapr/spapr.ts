// Shorthands of the SPAPR deltas.

import type { SpaprDelta, SpaprKernel } from '../../vfio/spapr/kernel.ts';
import { delta } from '../define.ts';

type Fields = Omit<SpaprDelta, 'kind' | 'system' | 'steps'> & {
  steps: Partial<SpaprKernel> & ThisType<SpaprKernel>;
};

export function defect(fields: Fields): SpaprDelta {
  return delta<SpaprKernel>({ kind: 'defect', system: 'spapr', ...fields });
}

export function divergence(fields: Omit<Fields, 'violates' | 'class'>): SpaprDelta {
  return delta<SpaprKernel>({
    kind: 'divergence',
    system: 'spapr',
    class: 'documented difference',
    violates: null,
    ...fields,
  });
}
