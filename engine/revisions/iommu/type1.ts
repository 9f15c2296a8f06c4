// What the type1 part adds to revisions.

import type { PartRevisions } from './revision.ts';

export const type1Revisions: PartRevisions = {};
