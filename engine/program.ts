// What every program is, whichever system of the stack it runs on: plain JSON data. The systems'
// vocabularies narrow it; searches, shrinkers, findings and reports need no more than this.

import type { IommuProgram } from './iommu/vocabulary/index.ts';
import type * as spapr from './vfio/vocabulary.ts';

/** The engines that there are. */
export const systems = ['spapr', 'iommu'] as const;
export type System = (typeof systems)[number];

/** One operation of a task: its name, and arguments that are plain data. */
export interface AnyOp {
  readonly op: string;
}

/**
 * A concurrent program: `setup` runs alone and first, then the tasks run side by side; at the end
 * everything that is still held is released.
 */
export interface ProgramOf<S extends System, T, O extends AnyOp, F extends string> {
  readonly system: S;
  readonly topology: T;
  readonly setup: readonly O[];
  readonly tasks: readonly { readonly process: number; readonly ops: readonly O[] }[];
  /** At most `budget` refusals in a run, at these sites only. */
  readonly faults: { readonly budget: number; readonly sites: readonly F[] };
}

/** A program of any system. */
export type Program = spapr.Program | IommuProgram;

/** A program of which only the general part is looked at. */
export type AnyProgram = ProgramOf<System, object, AnyOp, string>;
