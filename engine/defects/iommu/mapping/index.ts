// The deltas of mapping: iommu_map, iommu_unmap and the IOTLB.

import type { IommuDelta } from '../../../iommu/kernel.ts';
import { b12 } from './b12-no-progress.ts';
import { b14 } from './b14-map-result.ts';
import { b71 } from './b71-superpage-unflushed.ts';
import { b72 } from './b72-superpage-neighbours.ts';
import { b73 } from './b73-large-from-0.ts';
import { b74 } from './b74-grow-race.ts';
import { b79 } from './b79-concatenated.ts';
import { armSplits, enodevFirst, syncMapVoid } from './divergences.ts';
import {
  earlyFree,
  iovaFirst,
  leavesOnly,
  narrowGather,
  noDrain,
  noFlush,
  noRollback,
  oneChunk,
  plainInstall,
  roundsUnmap,
  backAgain,
  unpinsTwice,
} from './planted.ts';

/** Fixed after Linux 6.0. */
export const of60: readonly IommuDelta[] = [b12, b72, b73, b74, b79];

export const mappingDeltas: readonly IommuDelta[] = [
  b12,
  b14,
  b71,
  b72,
  b73,
  b74,
  b79,
  noRollback,
  plainInstall,
  oneChunk,
  noFlush,
  noDrain,
  unpinsTwice,
  narrowGather,
  earlyFree,
  leavesOnly,
  iovaFirst,
  roundsUnmap,
  backAgain,
  enodevFirst,
  syncMapVoid,
  armSplits,
];
