// What a finding says of its run besides the decisions: its size, and the evidence read off the trace.

import type { AnyProgram } from '../../engine/program.ts';
import type { Evidence, Site, Size } from '../finding/index.ts';
import { cellName, type ObjectView, type PendingStep, type Trace, type TraceStep } from './step.ts';

export function sizeOf(program: AnyProgram, { tasks, steps }: Trace): Size {
  const main = new Set(tasks.filter((t) => t.phase === 'main').map((t) => t.name));
  const concurrent = steps.filter((step) => main.has(step.task));
  const switches = concurrent.filter((step, i) => i > 0 && concurrent[i - 1]?.task !== step.task);
  return {
    operations: program.setup.length + program.tasks.reduce((n, task) => n + task.ops.length, 0),
    tasks: program.tasks.length,
    preemptions: steps.filter((step) => step.mark === 'preemption').length,
    switches: switches.length,
  };
}

export function evidenceOf(trace: Trace): Evidence {
  const { object, steps } = trace;
  return {
    objects: object === null ? [] : [stateChange(object, steps)],
    counts: trace.violation?.counts ?? {},
    sites: sitesOf(trace),
  };
}

/** The object's fields when no operation was under way for the last time, and at the end. */
function stateChange(object: ObjectView, steps: readonly TraceStep[]) {
  const after: Record<string, string> = { ...object.fields };
  // Large tables make their cells as they are met: those that the run touched count.
  for (const step of steps) if (step.object === object.name) after[step.field] = step.after;
  const before = { ...after };
  for (const step of steps.slice(lastQuiet(steps)).toReversed())
    if (step.object === object.name) before[step.field] = step.before;
  return { name: object.name, kind: object.kind, before, after };
}

/** Index of the last step but for the failing one at which every task was between operations. */
function lastQuiet(steps: readonly TraceStep[]): number {
  const open = new Set<string>();
  let quiet = 0;
  for (const [i, step] of steps.entries()) {
    if (open.size === 0) quiet = i;
    if (step.result === null) open.add(step.task);
    else open.delete(step.task);
  }
  return quiet;
}

/** The last two accesses of two tasks that met: at the object that the violation names, if it does. */
function sitesOf(trace: Trace): Site[] {
  const { steps, object } = trace;
  const racing = racingSteps(trace);
  if (racing.length > 0) return racing.map((step) => siteOf({ ...step, n: steps.length }));
  const about = object === null ? [] : steps.filter((s) => s.object === object.name);
  const data = steps.filter((s) => !s.locks);
  const pair = lastMeeting(about, sameObject) ?? lastMeeting(data, sameCell);
  return (pair ?? [about.at(-1) ?? data.at(-1)].flatMap((s) => s ?? [])).map(siteOf);
}

/** The announced accesses that race, when that is what was found. */
export function racingSteps({ pending, violation, object }: Trace): PendingStep[] {
  if (violation?.property !== 'data-race') return [];
  const there = pending.filter((step) => step.object === object?.name);
  const conflicting = there.filter((a) =>
    there.some((b) => a !== b && a.field === b.field && (a.mutates || b.mutates)),
  );
  return conflicting.filter((step) => step.field === conflicting[0]?.field);
}

const sameObject = (a: TraceStep, b: TraceStep) => a.object === b.object;
const sameCell = (a: TraceStep, b: TraceStep) => sameObject(a, b) && a.field === b.field;

function lastMeeting(
  steps: readonly TraceStep[],
  same: (a: TraceStep, b: TraceStep) => boolean,
): [TraceStep, TraceStep] | null {
  for (let i = steps.length - 1; i > 0; i--) {
    const late = steps[i] as TraceStep;
    const early = steps.findLast(
      (s) => s.n < late.n && s.task !== late.task && (s.mutates || late.mutates) && same(s, late),
    );
    if (early !== undefined) return [early, late];
  }
  return null;
}

function siteOf(step: PendingStep & { readonly n: number }): Site {
  const { n, task, opText, verb } = step;
  return { step: n, task, op: opText, verb, cell: cellName(step) };
}
