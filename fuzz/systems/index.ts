// The systems that there are, by name.

import type fc from 'fast-check';
import type { AnyDelta } from '../../engine/defects/define.ts';
import { deltasFor } from '../../engine/defects/define.ts';
import type { AnyProgram, Program, System } from '../../engine/program.ts';
import { type Subsystem, subsystems, systemOf } from '../../engine/subsystems.ts';
import type { Booted, SystemAdapter } from './adapter.ts';
import { iommu } from './iommu.ts';
import { spapr } from './spapr.ts';

export type { Booted } from './adapter.ts';

const adapters: { readonly [S in System]: SystemAdapter<S> } = { spapr, iommu };

/**
 * A program's own system boots it, with the deltas of that system only: for programs that differ from
 * it in their tasks alone (SystemAdapter.host).
 */
export function hostProgram(
  whole: AnyProgram,
  deltas: readonly AnyDelta[],
  onDelta: ((id: string) => void) | null,
): (program: AnyProgram) => Booted {
  const { system } = whole;
  const mine = deltasFor(deltas, system);
  // Whoever edits a program leaves its system and the form of its parts alone.
  const adapter = adapters[system] as SystemAdapter<System>;
  return adapter.host(whole as Program, mine, onDelta) as (program: AnyProgram) => Booted;
}

/** Random programs of a subsystem; undefined where nobody has written any yet. */
export function arbitraryOf(subsystem: Subsystem): fc.Arbitrary<Program> | undefined {
  return adapters[systemOf[subsystem]].arbitraries[subsystem];
}

/** The subsystems that campaigns can run. */
export const fuzzable: readonly Subsystem[] = subsystems.filter(
  (s) => arbitraryOf(s) !== undefined,
);
