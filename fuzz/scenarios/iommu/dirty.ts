// Scenarios of split, merge, the dirty log and dirty tracking.

import type { Scenario } from '../scenario.ts';
import { logScenarios, vfioLogScenarios } from './dirtyLog.ts';
import { mergeScenarios, splitScenarios } from './dirtyTables.ts';
import { trackingScenarios } from './dirtyTracking.ts';

export const dirtyScenarios: readonly Scenario[] = [
  ...splitScenarios,
  ...mergeScenarios,
  ...logScenarios,
  ...vfioLogScenarios,
  ...trackingScenarios,
];
