// Shorthands of the deltas of the IOMMU stack.

import type { IommuDelta, IommuKernel } from '../../iommu/kernel.ts';
import { delta } from '../define.ts';

type Fields = Omit<IommuDelta, 'kind' | 'system' | 'steps'> & {
  steps: Partial<IommuKernel> & ThisType<IommuKernel>;
};

export function defect(fields: Fields): IommuDelta {
  return delta<IommuKernel>({ kind: 'defect', system: 'iommu', ...fields });
}

export function divergence(fields: Omit<Fields, 'violates' | 'class'>): IommuDelta {
  return delta<IommuKernel>({
    kind: 'divergence',
    system: 'iommu',
    class: 'documented difference',
    violates: null,
    ...fields,
  });
}
