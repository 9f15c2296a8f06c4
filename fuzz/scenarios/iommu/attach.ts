// Scenarios of attaching: domains, groups and devices.

import type { Scenario } from '../scenario.ts';

export const attachScenarios: readonly Scenario[] = [];
