// The bundled scenarios: small programs that `check` explores exhaustively.

import { groups } from './groups.ts';
import { attachScenarios } from './iommu/attach.ts';
import { contractScenarios } from './iommu/contracts.ts';
import { cookieScenarios } from './iommu/cookie.ts';
import { dirtyScenarios } from './iommu/dirty.ts';
import { iommufdScenarios } from './iommu/iommufd.ts';
import { mappingScenarios } from './iommu/mapping.ts';
import { ownershipScenarios } from './iommu/ownership.ts';
import { type1Scenarios } from './iommu/type1.ts';
import { virtioScenarios } from './iommu/virtio.ts';
import { mapping } from './mapping.ts';
import { registration } from './registration.ts';
import type { Scenario } from './scenario.ts';

export type { Scenario } from './scenario.ts';

/** Those of SPAPR registration, whichever file they stand in. */
const spapr = [...registration, ...mapping, ...groups].map(
  (scenario): Scenario => ({ ...scenario, subsystem: 'registration' }),
);

export const scenarios: readonly Scenario[] = [
  ...spapr,
  ...mappingScenarios,
  ...attachScenarios,
  ...virtioScenarios,
  ...ownershipScenarios,
  ...dirtyScenarios,
  ...cookieScenarios,
  ...type1Scenarios,
  ...iommufdScenarios,
  ...contractScenarios,
];

/** The scenario with this id; undefined if there is none. */
export function scenarioById(id: string): Scenario | undefined {
  return scenarios.find((s) => s.id === id);
}
