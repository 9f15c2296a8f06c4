// A replay told step by step: every step with its values, or only those that change something, take a
// lock, or begin or end an operation.

import type { AnyProgram } from '../engine/program.ts';
import type { Trace, TraceStep } from '../fuzz/trace/index.ts';
import { type Painter, plain } from './colour.ts';
import { operation } from './failure.ts';
import { namesOf, resultWords, stepWords } from './objects.ts';

export interface StepsOptions {
  /** Plain reads too. */
  readonly all: boolean;
  readonly paint?: Painter;
}

export function stepsText(program: AnyProgram, trace: Trace, options: StepsOptions): string {
  const paint = options.paint ?? plain;
  const names = namesOf(trace);
  const digits = `${trace.steps.length}`.length;
  const width = Math.max(0, ...trace.tasks.map((task) => task.name.length));
  const failing = trace.violation === null ? undefined : trace.steps.at(-1);
  const lines: string[] = [];
  let hidden = 0;
  for (const step of trace.steps) {
    const who = `${`${step.n}`.padStart(digits)}  ${step.task.padEnd(width)}  `;
    if (step.mark === 'preemption') lines.push(paint('yellow', '── preempted'));
    if (step.begins) lines.push(who + paint('bold', operation(program, trace.tasks, step)));
    const shown = options.all || step === failing || isChange(step);
    if (shown) lines.push(`${who}  ${stepWords(step, names)}${step === failing ? ' ✗' : ''}`);
    else hidden++;
    if (step.result !== null) lines.push(who + resultWords(step).trim());
  }
  if (hidden > 0)
    lines.push(paint('dim', `${hidden} steps that only look are not shown (--steps)`));
  return `${lines.join('\n')}\n`;
}

const isChange = (step: TraceStep) =>
  step.locks || step.before !== step.after || (step.answer !== null && step.answer !== 'true');
