// What the tool needs of one system of the stack to check programs on it. Everything else in fuzz/
// looks at no more of a program than engine/program.ts says.

import type fc from 'fast-check';
import type { z } from 'zod';
import type { AnyDelta } from '../../engine/defects/define.ts';
import type { Program, System } from '../../engine/program.ts';
import type { Executor } from '../../engine/runtime/index.ts';
import type { Subsystem } from '../../engine/subsystems.ts';
import type { Judge } from '../explore/judge.ts';

export type ProgramOn<S extends System> = Extract<Program, { readonly system: S }>;

/** A program ready to be run, and who judges it. Those of one host run one at a time. */
export interface Booted {
  readonly executor: Executor;
  readonly judge: Judge;
}

export interface SystemAdapter<S extends System> {
  readonly system: S;
  /**
   * Boots the reference engine with these deltas, all of this system, for programs that differ from
   * `whole` in their tasks alone, have no operations but its own and their tasks in the same
   * processes; each is judged under all properties. `onDelta` is told whenever code of a delta runs.
   */
  host(
    whole: ProgramOn<S>,
    deltas: readonly AnyDelta[],
    onDelta: ((id: string) => void) | null,
  ): (program: ProgramOn<S>) => Booted;
  /** Programs as documents. */
  readonly schema: z.ZodType<ProgramOn<S>>;
  /** Random programs; campaigns leave out the subsystems that have none. */
  readonly arbitraries: Partial<Readonly<Record<Subsystem, fc.Arbitrary<ProgramOn<S>>>>>;
}

/** What the deltas make the machines allow. */
export function quirksOf(deltas: readonly AnyDelta[]): readonly string[] {
  return deltas.flatMap((d) => d.allows ?? []);
}
