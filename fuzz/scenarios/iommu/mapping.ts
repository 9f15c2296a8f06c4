// Scenarios of mapping: iommu_map, iommu_unmap and the IOTLB.

import type { Scenario } from '../scenario.ts';

export const mappingScenarios: readonly Scenario[] = [];
