// What a trace is made of: plain data, every value printed. Reports and digests know no more of a run
// than this.

import type { Outcome, Phase, Violation } from '../../engine/runtime/index.ts';

export interface TraceStep {
  /** From 0. */
  readonly n: number;
  readonly task: string;
  /** Index of the operation in its task's program, and its label. */
  readonly op: number;
  readonly opText: string;
  /** The operation's first step. */
  readonly begins: boolean;
  /** The processor went to another task: away from one that could have gone on, or not. */
  readonly mark: 'switch' | 'preemption' | null;
  readonly verb: string;
  readonly mutates: boolean;
  /** Takes or releases a lock. */
  readonly locks: boolean;
  readonly object: string;
  readonly kind: string;
  /** The object was there from the start, and so has a name of its own. */
  readonly boot: boolean;
  readonly field: string;
  readonly before: string;
  readonly after: string;
  /** What the runtime or the environment answered, where they do. */
  readonly answer: string | null;
  /** What the operation returned, at its last step. */
  readonly result: Outcome | null;
}

export interface TaskView {
  readonly name: string;
  readonly phase: Phase;
  /** Labels of its operations. */
  readonly ops: readonly string[];
}

/** What a task in mid-operation would do next where the trace ends. */
export type PendingStep = Pick<
  TraceStep,
  'task' | 'op' | 'opText' | 'verb' | 'mutates' | 'object' | 'kind' | 'boot' | 'field'
>;

/** An object as it stands where the trace ends. */
export interface ObjectView {
  readonly name: string;
  readonly kind: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface Trace {
  readonly tasks: readonly TaskView[];
  readonly steps: readonly TraceStep[];
  readonly pending: readonly PendingStep[];
  /** What was found at the last step or right after it. */
  readonly violation: Violation | null;
  /** The object that the violation names. */
  readonly object: ObjectView | null;
  /** The decision that could not be followed, if there was one. */
  readonly stuck: { readonly step: number; readonly why: string } | null;
}

export const cellName = (step: Pick<TraceStep, 'object' | 'field'>) =>
  `${step.object}.${step.field}`;
