// Properties of split, merge and the dirty log: spec/split-merge-dirty.md §4.

import type { IommuWorld } from '../../engine/iommu/index.ts';
import type { IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import { dirtyProperties } from './dirty/catalogue.ts';
import { DirtyJudge, judgesDirtyLog } from './dirty/judge.ts';
import type { Part, PartJudge, Uncheckable } from './part.ts';

export const dirtyPart: Part = {
  properties: Object.values(dirtyProperties),
  judge: (world: IommuWorld, program: IommuProgram): PartJudge =>
    judgesDirtyLog(program) ? new DirtyJudge(world) : {},
};

/** Invariants that are no property of their own here, and what stands for them. */
export const uncheckable: readonly Uncheckable[] = [
  {
    invariant: 'spec/split-merge-dirty.md §4.11',
    why:
      'checked by the runtime: scopes of the domain’s contract that overlap are a broken-contract ' +
      'of in-kernel clients, and unserialised where user space asked',
  },
];
