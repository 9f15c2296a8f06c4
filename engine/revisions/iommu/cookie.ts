// What the cookie part adds to revisions.

import type { PartRevisions } from './revision.ts';

export const cookieRevisions: PartRevisions = {};
