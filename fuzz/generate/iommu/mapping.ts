// Random programs that map: lawful in-kernel clients and drivers with devices that use what they map,
// groups that change domains, and user space that asks type1 and iommufd for anything.

import fc from 'fast-check';
import type { IommuProgram } from '../../../engine/iommu/vocabulary/index.ts';
import { attach } from './attach.ts';
import { clients } from './clients.ts';
import { dmaApi } from './dmaApi.ts';
import { iommufd } from './iommufd.ts';
import { type1 } from './type1.ts';

export const mapping: fc.Arbitrary<IommuProgram> = fc.oneof(
  { arbitrary: clients, weight: 5 },
  { arbitrary: dmaApi, weight: 2 },
  { arbitrary: attach, weight: 3 },
  { arbitrary: type1, weight: 3 },
  { arbitrary: iommufd, weight: 4 },
);
