// Scenarios of split, merge and the dirty log.

import type { Scenario } from '../scenario.ts';

export const dirtyScenarios: readonly Scenario[] = [];
