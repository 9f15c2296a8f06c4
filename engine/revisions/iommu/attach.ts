// What the attach part adds to revisions.

import type { PartRevisions } from './revision.ts';

export const attachRevisions: PartRevisions = {};
