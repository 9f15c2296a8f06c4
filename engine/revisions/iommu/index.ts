// Revisions of the IOMMU stack: each is what all parts of the stack say of it, together.

import type { IommuRevision } from '../../iommu/kernel.ts';
import { attachRevisions } from './attach.ts';
import { cookieRevisions } from './cookie.ts';
import { dirtyRevisions } from './dirty.ts';
import { iommufdRevisions } from './iommufd.ts';
import { mappingRevisions } from './mapping.ts';
import { ownershipRevisions } from './ownership.ts';
import { type IommuRevisionId, iommuRevisionIds, type PartRevisions } from './revision.ts';
import { type1Revisions } from './type1.ts';
import { virtioRevisions } from './virtio.ts';

const parts: readonly PartRevisions[] = [
  mappingRevisions,
  attachRevisions,
  ownershipRevisions,
  virtioRevisions,
  dirtyRevisions,
  cookieRevisions,
  type1Revisions,
  iommufdRevisions,
];

export const iommuRevisions: readonly IommuRevision[] = (
  Object.keys(iommuRevisionIds) as IommuRevisionId[]
).map((id) => ({
  id,
  ...iommuRevisionIds[id],
  deltas: parts.flatMap((part) => part[id] ?? []),
}));
