// Scenarios of VFIO type1 and its containers.

import type { Scenario } from '../scenario.ts';

export const type1Scenarios: readonly Scenario[] = [];
