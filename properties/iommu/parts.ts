// The parts of the IOMMU stack whose properties are judged.

import type { Property } from '../property.ts';
import type { Part } from './part.ts';
import { attachPart } from './attach.ts';
import { cookiePart } from './cookie.ts';
import { dirtyPart } from './dirty.ts';
import { iommufdPart } from './iommufd.ts';
import { mappingPart } from './mapping.ts';
import { ownershipPart } from './ownership.ts';
import { type1Part } from './type1.ts';
import { virtioPart } from './virtio.ts';

export const parts: readonly Part[] = [
  mappingPart,
  attachPart,
  ownershipPart,
  dirtyPart,
  virtioPart,
  type1Part,
  cookiePart,
  iommufdPart,
];

/** All their properties. */
export const iommuProperties: readonly Property[] = parts.flatMap((part) => part.properties);
