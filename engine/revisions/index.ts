// Kernel revisions as lists of deltas on the reference engine.

import type { AnyRevision } from '../defects/define.ts';
import { subsystems } from '../subsystems.ts';
import { iommuRevisions } from './iommu/index.ts';
import { spaprRevisions } from './spapr.ts';

export const reference: AnyRevision = {
  id: 'reference',
  title: 'the reference engine: Linux 6.12 with every known defect put right',
  source: 'spec/',
  subsystems,
  deltas: [],
};

/** All revisions, the reference first, then line by line, each by age. */
export const revisions: readonly AnyRevision[] = [reference, ...spaprRevisions, ...iommuRevisions];

/** The revision with this id; undefined if there is none. */
export function revisionById(id: string): AnyRevision | undefined {
  return revisions.find((r) => r.id === id);
}
