// Scenarios of domain cookies.

import type { Scenario } from '../scenario.ts';

export const cookieScenarios: readonly Scenario[] = [];
