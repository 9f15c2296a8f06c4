// The canonical text of a trace and its digest: two runs are the same if and only if these are.

import { createHash } from 'node:crypto';
import { canonicalJson } from '../finding/index.ts';
import { cellName, type Trace, type TraceStep } from './step.ts';

/** The operation is named by its place: how it is worded does not make it another one. */
export function stepText(step: TraceStep): string {
  const change = step.before === step.after ? step.before : `${step.before} → ${step.after}`;
  const answer = step.answer === null ? '' : ` answers ${step.answer}`;
  const result = step.result === null ? '' : ` returns ${canonicalJson(step.result, 0)}`;
  const access = `${step.verb} ${cellName(step)}: ${change}`;
  return `${step.n} ${step.task}.${step.op} ${access}${answer}${result}`;
}

export function traceText({ steps, violation, stuck }: Trace): string {
  const lines = steps.map(stepText);
  if (violation !== null) lines.push(`! ${violation.property} ${violation.key}`);
  if (stuck !== null) lines.push(`? ${stuck.step} ${stuck.why}`);
  return `${lines.join('\n')}\n`;
}

export function traceDigest(trace: Trace): string {
  return createHash('sha256').update(traceText(trace), 'utf8').digest('hex');
}
