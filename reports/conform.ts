// A conformance report as text: the sums, each difference with both answers, and on request every
// line.

import type { ConformReport, LineReport } from '../fuzz/conform/index.ts';
import type { Painter } from './colour.ts';
import { plural } from './words.ts';

export interface ConformView {
  readonly revision: string;
  readonly log: string;
  /** Every line, not only those that differ. */
  readonly all: boolean;
}

export function conformText(report: ConformReport, view: ConformView, paint: Painter): string {
  const { machine, hostPage, assumedMachine } = report;
  const taken = assumedMachine ? ' (taken for granted: the log does not say)' : '';
  const host = `${machine} with ${hostPage / 1024}K pages${taken}`;
  return [
    `${paint('bold', view.log)} on ${view.revision}, ${host}`,
    '',
    ...sums(report),
    ...section('differing lines', report.lines.filter(differs), (l) => difference(l, paint)),
    ...stale(report),
    ...(view.all ? section('every line', report.lines, (l) => [row(l, paint)]) : outsides(report)),
    '',
    verdict(report, paint),
  ].join('\n');
}

const differs = (line: LineReport): boolean => line.verdict === 'differs';

function sums({ counts: { calls, readings, outside, listed } }: ConformReport): string[] {
  const of = (n: { agreed: number; differ: number }) =>
    `${n.agreed + n.differ} compared, ${n.agreed} agreed, ${n.differ} differ`;
  return [
    `  calls     ${of(calls)}`,
    `  readings  ${of(readings)}`,
    `  outside   ${plural(outside, 'line')} of what the engine does not have`,
    ...(listed === 0 ? [] : [`  listed    ${plural(listed, 'difference')} with a known reason`]),
  ];
}

function section<T>(title: string, rows: readonly T[], text: (row: T) => string[]): string[] {
  return rows.length === 0 ? [] : ['', `${title}:`, ...rows.flatMap(text)];
}

function difference(line: LineReport, paint: Painter): string[] {
  const mark = line.listed ? paint('yellow', 'listed') : paint('red', 'differs');
  const why = [line.reason, line.note].filter((text) => text !== null);
  return [
    `  line ${line.line} ${line.name}: ${mark}`,
    `    kernel ${line.kernel}, engine ${line.engine}`,
    ...why.map((text) => `    ${text}`),
  ];
}

function stale({ stale }: ConformReport): string[] {
  return section('annotations that describe no difference', stale, (a) => [
    `  line ${a.line}: engine ${a.engine}`,
  ]);
}

/** Lines outside of the engine, by reason. */
function outsides({ lines }: ConformReport): string[] {
  const counts = new Map<string, number>();
  for (const { verdict, reason } of lines)
    if (verdict === 'outside' && reason !== null) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return section('outside the engine', [...counts], ([reason, n]) => [
    `  ${String(n).padStart(4)}  ${reason}`,
  ]);
}

function row(line: LineReport, paint: Painter): string {
  const { verdict, kernel, engine } = line;
  const head = `  ${String(line.line).padStart(4)}  ${verdict.padEnd(7)}  ${line.name}`;
  if (verdict === 'outside') return paint('dim', `${head}: ${line.reason}`);
  const note = line.note === null ? '' : ` (${line.note})`;
  return verdict === 'agreed' ? `${head} ${kernel}${note}` : `${head} ${kernel}, engine ${engine}`;
}

function verdict({ counts: { listed, unlisted } }: ConformReport, paint: Painter): string {
  if (unlisted > 0) return paint('red', `${plural(unlisted, 'difference')} without a reason`);
  const but = listed === 0 ? '' : `, but for ${plural(listed, 'listed difference')}`;
  return paint('green', `the engine agrees with the kernel${but}`);
}
