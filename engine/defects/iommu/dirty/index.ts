// The deltas of split, merge and the dirty log.

import type { IommuDelta } from '../../../iommu/kernel.ts';
import { cleanBlocks } from './clean-blocks.ts';
import { d1 } from './d1-clear-base.ts';
import { d10 } from './d10-sync-hole.ts';
import { d2 } from './d2-one-flag.ts';
import { d3 } from './d3-merge-unchecked.ts';
import { d4 } from './d4-merge-hole.ts';
import { d5 } from './d5-merge-rights.ts';
import { d6 } from './d6-split-warns.ts';
import { d7 } from './d7-merge-frees-early.ts';
import { d8 } from './d8-start-unflushed.ts';
import {
  bitDropped,
  enabledTwice,
  newDeviceUntracked,
  notAtOnce,
  readUnsynced,
  unalignedAdvance,
  walkResultDropped,
} from './hwpt.ts';
import { mergeDirty } from './merge-dirty.ts';
import { vfioSwitches } from './vfio.ts';
import {
  breakBeforeMake,
  clearsPartly,
  clearUnflushed,
  failsUnflushed,
  mergeForgets,
  mergeUnflushed,
  smallSteps,
  splitForgets,
  startUnlocked,
} from './planted.ts';

/** In v3 as posted. */
export const dirtyV3: readonly IommuDelta[] = [
  d1,
  d2,
  d3,
  d4,
  d5,
  d6,
  d7,
  d8,
  d10,
  cleanBlocks,
  mergeDirty,
  vfioSwitches,
];

/** In iommufd and its drivers, Linux 6.12. */
export const dirty612: readonly IommuDelta[] = [
  walkResultDropped,
  bitDropped,
  unalignedAdvance,
  enabledTwice,
];

export const dirtyDeltas: readonly IommuDelta[] = [
  ...dirtyV3,
  ...dirty612,
  breakBeforeMake,
  failsUnflushed,
  smallSteps,
  clearUnflushed,
  splitForgets,
  mergeForgets,
  clearsPartly,
  mergeUnflushed,
  startUnlocked,
  newDeviceUntracked,
  readUnsynced,
  notAtOnce,
];
