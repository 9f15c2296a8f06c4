// Revisions of SPAPR registration, by age.

import type { SpaprRevision } from '../vfio/spapr/kernel.ts';
import { spapr42 } from './spapr-4.2.ts';
import { spapr61 } from './spapr-6.1.ts';
import { spapr612 } from './spapr-6.12.ts';
import { spaprV11 } from './spapr-v11.ts';

export const spaprRevisions: readonly SpaprRevision[] = [spaprV11, spapr42, spapr61, spapr612];
