// The schema of a program as a document, of whichever system.

import { z } from 'zod';
import { iommuProgramSchema } from './iommuProgram.ts';
import { spaprProgramSchema } from './spaprProgram.ts';

export const programSchema = z.discriminatedUnion('system', [
  spaprProgramSchema,
  iommuProgramSchema,
]);
