// Kernel revisions as lists of deltas on the reference engine.

import type { SpaprRevision } from '../vfio/spapr/kernel.ts';
import { spapr42 } from './spapr-4.2.ts';
import { spapr61 } from './spapr-6.1.ts';
import { spapr612 } from './spapr-6.12.ts';
import { spaprV11 } from './spapr-v11.ts';

export const reference: SpaprRevision = {
  id: 'reference',
  title: 'the reference engine: Linux 6.12 with every known defect put right',
  source: 'spec/spapr-tce-v2.md',
  deltas: [],
};

/** All revisions, the reference first, then by age. */
export const revisions: readonly SpaprRevision[] = [
  reference,
  spaprV11,
  spapr42,
  spapr61,
  spapr612,
];

/** The revision with this id; undefined if there is none. */
export function revisionById(id: string): SpaprRevision | undefined {
  return revisions.find((r) => r.id === id);
}
