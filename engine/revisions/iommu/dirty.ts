// What the dirty part adds to revisions.

import type { PartRevisions } from './revision.ts';

export const dirtyRevisions: PartRevisions = {};
