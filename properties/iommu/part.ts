// How a part of the IOMMU stack says what must hold of it: its properties, and who judges them in one
// booted program.

import type { IommuWorld } from '../../engine/iommu/index.ts';
import type { IommuOp, IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import type { Outcome, Task } from '../../engine/runtime/index.ts';
import type { Property } from '../property.ts';

/** Judges one booted program. What it remembers of a run it keeps in cells of the world's heap. */
export interface PartJudge {
  /** An operation of the program begins. */
  onBegin?(op: IommuOp, task: Task): void;
  /**
   * An operation of the program has returned: the one at place `opIndex` of its task, having met the
   * refusal `fault` ('': none). May throw a Violation.
   */
  onEnd?(op: IommuOp, result: Outcome, task: Task, opIndex: number, fault: string): void;
  /**
   * Whether onBegin or onEnd of the operation look at what other operations may change: reductions
   * of a search must then keep the moment. Default: they do, where there are any.
   */
  looks?(op: IommuOp): boolean;
  /**
   * Every task is between two operations; `exiting`: what is left is being released. Throws a
   * Violation. A function of the heap: asked once for each of its states.
   */
  quiescent?(exiting: boolean): void;
  /** As quiescent, and asked after it every time: for who follows a run by what it keeps in cells. */
  settle?(exiting: boolean): void;
  /** Everything is over, and all has been released. Throws a Violation. */
  final?(): void;
}

export interface Part {
  readonly properties: readonly Property[];
  judge(world: IommuWorld, program: IommuProgram, quirks: readonly string[]): PartJudge;
}

/** A numbered invariant that has no property of its own, and why; or what covers it. */
export interface Uncheckable {
  /** `spec/<file>.md §n.m`. */
  readonly invariant: string;
  readonly why: string;
}
