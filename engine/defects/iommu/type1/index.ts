// Deltas of VFIO, type1 and KVM. Listed by hand: what a namespace object holds has another order in each
// module loader.

import type { IommuDelta } from '../../../iommu/kernel.ts';
import * as attach from './attach.ts';
import * as dirty from './dirty.ts';
import * as divergences from './divergences.ts';
import * as kvm from './kvm.ts';
import * as mapping from './mapping.ts';

export const type1Deltas: readonly IommuDelta[] = [
  mapping.endWraps,
  mapping.mapUnwind,
  mapping.replayUnwind,
  mapping.ownerChange,
  mapping.execAccounts,
  mapping.unpinFirst,
  mapping.entryLost,
  mapping.writeAlways,
  attach.ioctlUnlocked,
  attach.sharedUnlike,
  attach.notCoherent,
  attach.firstIsolated,
  attach.unsetInUse,
  attach.openCount,
  attach.iovaListKept,
  attach.vaddrWithMediated,
  attach.emulatedLeft,
  attach.pinLeak,
  dirty.scopePromoted,
  dirty.bitmapUnwind,
  kvm.staleContainer,
  kvm.staleDevices,
  kvm.lockCycle,
  kvm.entryAfterUnlock,
  divergences.endOverflows,
  divergences.noNesting,
  divergences.amdAperture,
];
