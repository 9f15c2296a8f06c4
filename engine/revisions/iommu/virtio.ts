// What the virtio part adds to revisions.

import type { PartRevisions } from './revision.ts';

export const virtioRevisions: PartRevisions = {};
