// A trace cut into what a reader takes in at once: the part of one operation that runs without a
// switch. Most of its steps do not matter; which of them are shown is decided here.

import type { Evidence } from '../fuzz/finding/index.ts';
import type { PendingStep, Trace, TraceStep } from '../fuzz/trace/index.ts';

export interface Portion {
  readonly task: string;
  readonly op: number;
  readonly begins: boolean;
  readonly ends: boolean;
  readonly steps: readonly TraceStep[];
  /** How the task lost the processor in mid-operation, and the step that it takes when it returns. */
  readonly cut: { readonly preempted: boolean; readonly next: PendingStep | null } | null;
}

export function portionsOf(
  steps: readonly TraceStep[],
  pending: readonly PendingStep[] = [],
): Portion[] {
  const groups: TraceStep[][] = [];
  for (const step of steps) {
    const group = groups.at(-1);
    if (group?.[0]?.task === step.task && group[0].op === step.op && !step.begins) group.push(step);
    else groups.push([step]);
  }
  return groups.map((group) => portion(group, steps, pending));
}

function portion(
  group: readonly TraceStep[],
  all: readonly TraceStep[],
  pending: readonly PendingStep[],
): Portion {
  const first = group[0] as TraceStep;
  const last = group.at(-1) as TraceStep;
  const ends = last.result !== null;
  const follower = all.find((step) => step.n > last.n);
  const next =
    all.find((step) => step.n > last.n && step.task === last.task) ??
    pending.find((step) => step.task === last.task) ??
    null;
  const goesOn = follower !== undefined || next !== null;
  const cut = ends || !goesOn ? null : { preempted: follower?.mark === 'preemption', next };
  return { task: first.task, op: first.op, begins: first.begins, ends, steps: group, cut };
}

/** Found in what tasks are about to do, not in what they did. */
export const ahead: ReadonlySet<string> = new Set(['data-race', 'deadlock']);

/** Numbers of the steps worth a line of their own, the most telling first. */
export function tellingSteps(trace: Trace, evidence: Evidence | null): number[] {
  const { steps, violation } = trace;
  const sites = new Set(evidence?.sites.map((site) => site.step));
  const objects = new Set(evidence?.objects.map((object) => object.name));

  function rankOf(step: TraceStep, i: number): number {
    if (i === steps.length - 1 && failsAt(step)) return -1;
    if (sites.has(step.n) || isRefusal(step)) return 0;
    if (step.locks) return 9;
    if (resumes(i)) return 1;
    if (steps[i + 1]?.mark === 'preemption') return 2;
    if (step.mutates && objects.has(step.object)) return 3;
    return 9;
  }

  /** Not where the last step only lets go of a lock, or the failure is in what comes next. */
  function failsAt(step: TraceStep): boolean {
    if (violation === null || ahead.has(violation.property)) return false;
    return !step.locks || step.object === violation.object?.name;
  }

  /** The first step after a preemption: it meets what the others did meanwhile. */
  function resumes(i: number): boolean {
    const step = steps[i] as TraceStep;
    return step.mark !== null && !step.begins;
  }

  return steps
    .map((step, i) => ({ n: step.n, rank: rankOf(step, i) }))
    .filter(({ rank }) => rank < 9)
    .sort((a, b) => a.rank - b.rank || a.n - b.n)
    .map(({ n }) => n);
}

const isRefusal = (step: TraceStep) =>
  (step.verb.startsWith('refuse') || step.verb.startsWith('choose')) && step.answer !== '0';
