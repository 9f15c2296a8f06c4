// Scenarios of iommufd.

import type { Scenario } from '../scenario.ts';

export const iommufdScenarios: readonly Scenario[] = [];
