// Scenarios of virtio-iommu.

import type { Scenario } from '../scenario.ts';

export const virtioScenarios: readonly Scenario[] = [];
