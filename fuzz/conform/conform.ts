// A whole log on one revision: parse, choose the machine, replay, list.

import type { SpaprDelta } from '../../engine/index.ts';
import type { Annotation } from './annotations.ts';
import { parseLog } from './log.ts';
import { type MachineChoice, machineFor } from './machine.ts';
import { type ConformReport, countsOf, type LineReport } from './report.ts';
import { Session } from './session.ts';

export interface ConformOptions extends MachineChoice {
  readonly deltas: readonly SpaprDelta[];
  readonly annotations?: readonly Annotation[];
}

export function conform(text: string, options: ConformOptions): ConformReport {
  const log = parseLog(text);
  const machine = machineFor(log, options);
  const session = new Session(log, machine, options.deltas);
  const annotations = options.annotations ?? [];
  const lines = log.flatMap((_, at) => session.next(at) ?? []).map((l) => list(l, annotations));
  return {
    machine: machine.name,
    hostPage: 2 ** machine.geometry.pageShift,
    assumedMachine: !machine.known,
    lines,
    counts: countsOf(lines),
    stale: staleOf(annotations, lines),
  };
}

/** Annotations of no line that differs in the way they say. */
export function staleOf(
  annotations: readonly Annotation[],
  lines: readonly LineReport[],
): Annotation[] {
  return annotations.filter((a) => !lines.some((l) => l.listed && l.line === a.line));
}

/** The line with the reason that is known for its difference, if there is one. */
export function list(line: LineReport, annotations: readonly Annotation[]): LineReport {
  if (line.verdict !== 'differs') return line;
  const found = annotations.find((a) => a.line === line.line && a.engine === line.engine);
  return found === undefined ? line : { ...line, listed: true, reason: found.reason };
}
