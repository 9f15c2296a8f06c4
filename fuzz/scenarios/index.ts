// The bundled scenarios: small programs that `check` explores exhaustively on every revision.

import { groups } from './groups.ts';
import { mapping } from './mapping.ts';
import { registration } from './registration.ts';
import type { Scenario } from './scenario.ts';

export type { Scenario } from './scenario.ts';

export const scenarios: readonly Scenario[] = [...registration, ...mapping, ...groups];

/** The scenario with this id; undefined if there is none. */
export function scenarioById(id: string): Scenario | undefined {
  return scenarios.find((s) => s.id === id);
}
