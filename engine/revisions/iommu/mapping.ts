// What the mapping part adds to revisions.

import type { PartRevisions } from './revision.ts';

export const mappingRevisions: PartRevisions = {};
