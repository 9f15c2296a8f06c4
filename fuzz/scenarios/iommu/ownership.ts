// Scenarios of DMA ownership and cache coherency.

import type { Scenario } from '../scenario.ts';

export const ownershipScenarios: readonly Scenario[] = [];
