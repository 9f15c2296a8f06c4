// Deltas of VFIO, type1 and KVM.

import type { IommuDelta } from '../../../iommu/kernel.ts';
import * as attach from './attach.ts';
import * as dirty from './dirty.ts';
import * as divergences from './divergences.ts';
import * as kvm from './kvm.ts';
import * as mapping from './mapping.ts';

export const type1Deltas: readonly IommuDelta[] = [
  ...Object.values(mapping),
  ...Object.values(attach),
  ...Object.values(dirty),
  ...Object.values(kvm),
  ...Object.values(divergences),
];
