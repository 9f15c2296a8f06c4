// The systems that there are, by name.

import type fc from 'fast-check';
import type { AnyDelta } from '../../engine/defects/define.ts';
import { deltasFor } from '../../engine/defects/define.ts';
import type { AnyProgram, Program, System } from '../../engine/program.ts';
import { type Subsystem, subsystems, systemOf } from '../../engine/subsystems.ts';
import type { SystemAdapter } from './adapter.ts';
import { iommu } from './iommu.ts';
import { spapr } from './spapr.ts';

const adapters: { readonly [S in System]: SystemAdapter<S> } = { spapr, iommu };

/** A program's own system boots it, with the deltas of that system only. */
export function bootProgram(
  program: AnyProgram,
  deltas: readonly AnyDelta[],
  onDelta: ((id: string) => void) | null,
) {
  const { system } = program;
  const mine = deltasFor(deltas, system);
  // Whoever edits a program leaves its system and the form of its parts alone.
  const adapter = adapters[system] as SystemAdapter<System>;
  return adapter.instantiate(program as Program, mine, onDelta);
}

/** Random programs of a subsystem; undefined where nobody has written any yet. */
export function arbitraryOf(subsystem: Subsystem): fc.Arbitrary<Program> | undefined {
  return adapters[systemOf[subsystem]].arbitraries[subsystem];
}

/** The subsystems that campaigns can run. */
export const fuzzable: readonly Subsystem[] = subsystems.filter(
  (s) => arbitraryOf(s) !== undefined,
);
