// What VFIO, type1 and KVM add to revisions.

import * as attach from '../../defects/iommu/type1/attach.ts';
import * as dirty from '../../defects/iommu/type1/dirty.ts';
import * as divergences from '../../defects/iommu/type1/divergences.ts';
import * as kvm from '../../defects/iommu/type1/kvm.ts';
import * as mapping from '../../defects/iommu/type1/mapping.ts';
import type { PartRevisions } from './revision.ts';

/** Still so in 6.12.117. */
const upTo612 = [mapping.endWraps, attach.ioctlUnlocked];

export const type1Revisions: PartRevisions = {
  // What stable releases of 6.1 have put right.
  'core/6.0': [
    ...upTo612,
    mapping.ownerChange,
    mapping.execAccounts,
    attach.vaddrWithMediated,
    attach.openCount,
  ],
  'core/6.1': upTo612,
  'core/6.12': upTo612,
  'core/7.2': [
    attach.ioctlUnlocked,
    divergences.endOverflows,
    divergences.noNesting,
    divergences.amdAperture,
  ],
  'coherency/5.17': [attach.notCoherent],
  'coherency/5.19': [attach.ioctlUnlocked, kvm.staleContainer, kvm.lockCycle, kvm.entryAfterUnlock],
  'coherency/6.12': [attach.ioctlUnlocked, kvm.staleDevices],
  'dirty/6.12': [dirty.bitmapUnwind],
};
