// Kernel revisions as lists of deltas on the reference engine.

import type { AnyRevision } from '../defects/define.ts';
import { subsystems } from '../subsystems.ts';
import { attachRevisions } from './iommu/attach.ts';
import { cookieRevisions } from './iommu/cookie.ts';
import { dirtyRevisions } from './iommu/dirty.ts';
import { iommufdRevisions } from './iommu/iommufd.ts';
import { mappingRevisions } from './iommu/mapping.ts';
import { ownershipRevisions } from './iommu/ownership.ts';
import { type1Revisions } from './iommu/type1.ts';
import { virtioRevisions } from './iommu/virtio.ts';
import { spaprRevisions } from './spapr.ts';

export const reference: AnyRevision = {
  id: 'reference',
  title: 'the reference engine: Linux 6.12 with every known defect put right',
  source: 'spec/',
  subsystems,
  deltas: [],
};

/** All revisions, the reference first, then part by part, each by age. */
export const revisions: readonly AnyRevision[] = [
  reference,
  ...spaprRevisions,
  ...mappingRevisions,
  ...attachRevisions,
  ...virtioRevisions,
  ...ownershipRevisions,
  ...dirtyRevisions,
  ...cookieRevisions,
  ...type1Revisions,
  ...iommufdRevisions,
];

/** The revision with this id; undefined if there is none. */
export function revisionById(id: string): AnyRevision | undefined {
  return revisions.find((r) => r.id === id);
}
