// What the ownership part adds to revisions.

import type { PartRevisions } from './revision.ts';

export const ownershipRevisions: PartRevisions = {};
