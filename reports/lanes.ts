// The schedule as lanes: one column a task, time going down, one line for a part of an operation that
// runs without a switch, and under it the steps that matter, as many as the budget of lines allows.

import type { Evidence } from '../fuzz/finding/index.ts';
import type { Trace, TraceStep } from '../fuzz/trace/index.ts';
import type { Painter, Style } from './colour.ts';
import { type Names, resultWords, stepWords } from './objects.ts';
import { ahead, type Portion, portionsOf, tellingSteps } from './portions.ts';

export interface LaneOptions {
  readonly names: Names;
  /** The operation in words. */
  readonly opText: (step: TraceStep) => string;
  readonly evidence: Evidence | null;
  /** Lines to aim at; the operations themselves are always shown. */
  readonly maxLines: number;
  readonly paint: Painter;
}

/** One line of a lane. */
export interface LaneLine {
  readonly task: string;
  readonly text: string;
  readonly style: Style | null;
}

const columns = 100;
const gap = 2;

/** Lanes of the part of a trace in which tasks run side by side. */
export function lanes(trace: Trace, options: LaneOptions): string[] {
  const steps = concurrentSteps(trace);
  const telling = tellingSteps(trace, options.evidence).filter((n) => steps.some((s) => s.n === n));
  const { violation } = trace;
  const isAhead = violation !== null && ahead.has(violation.property);
  // A step that failed may not have been completed, and then would seem to be still to come.
  const failed = isAhead ? null : trace.steps.at(-1)?.task;
  const pending = violation === null ? [] : trace.pending.filter((p) => p.task !== failed);
  const portions = portionsOf(steps, pending);
  const failing = violation === null || isAhead ? -1 : (trace.steps.at(-1)?.n ?? -1);
  for (let shown = telling.length; ; shown--) {
    const chosen = new Set(telling.slice(0, shown));
    const lines = portions.flatMap((p) => portionLines(p, chosen, failing, options));
    const end = lines.at(-1);
    if (isAhead && end)
      lines.push({ ...(lines.pop() ?? end), text: `${end.text} ✗`, style: 'red' });
    const names = trace.tasks.map((t) => t.name);
    const rendered = inLanes(names, lines, options.paint);
    if (rendered.length <= options.maxLines || shown === 0) return rendered;
  }
}

export function concurrentSteps({ tasks, steps }: Trace): TraceStep[] {
  const alone = tasks.filter((t) => t.phase === 'setup' || t.phase === 'exit').map((t) => t.name);
  return steps.filter((step) => !alone.includes(step.task));
}

function portionLines(
  portion: Portion,
  chosen: ReadonlySet<number>,
  failing: number,
  { names, opText }: LaneOptions,
): LaneLine[] {
  const { task, steps, begins, ends, cut } = portion;
  const last = steps.at(-1) as TraceStep;
  const shown = steps.filter((step) => chosen.has(step.n));
  const first = steps[0] as TraceStep;
  const call = opText(first);
  const short = call === first.opText ? call : call.split(' ')[0];
  const verb = `${begins ? '' : '… '}${short}`;
  const title = begins ? call : verb;
  // The mark stands at the step that failed, or at the operation if no one step is to blame.
  const fails = last.n === failing && !chosen.has(failing);
  const close = ends || fails ? `${resultWords(last)}${fails ? ' ✗' : ''}` : null;
  const style: Style | null = fails ? 'red' : null;
  if (shown.length === 0 && close !== null) return [{ task, text: title + close, style }];
  const lines: LaneLine[] = [];
  if (begins || shown.length === 0) lines.push({ task, text: title, style: null });
  for (const step of shown) {
    const here = step.n === failing;
    const text = `  ${stepWords(step, names)}${here ? ' ✗' : ''}`;
    lines.push({ task, text, style: here ? 'red' : 'dim' });
  }
  if (close !== null) lines.push({ task, text: verb + close, style });
  if (cut !== null) lines.push({ task, text: cutText(cut, names), style: 'yellow' });
  return lines;
}

function cutText({ preempted, next }: NonNullable<Portion['cut']>, names: Names): string {
  const where = next === null ? '' : ` ${next.verb} ${names.cell(next)}`;
  if (preempted) return next === null ? '── preempted' : `── preempted before${where}`;
  return next === null ? '── waits' : `── stands before${where}`;
}

/** Puts every line into its task's column; what is too wide for its column is wrapped. */
export function inLanes(
  tasks: readonly string[],
  lines: readonly LaneLine[],
  paint: Painter,
): string[] {
  const lanes = tasks.filter((name) => lines.some((l) => l.task === name));
  const widths = widthsOf(lanes, lines);
  const starts = widths.map((_, i) => widths.slice(0, i).reduce((n, w) => n + w + gap, 0));
  const at = (i: number, text: string) => ' '.repeat(starts[i] as number) + text;
  const head = lanes.map((name, i) => name.padEnd((widths[i] as number) + gap)).join('');
  const body = lines.flatMap(({ task, text, style }) => {
    const lane = lanes.indexOf(task);
    const parts = wrap(text, widths[lane] as number);
    return parts.map((part) => at(lane, style === null ? part : paint(style, part)));
  });
  return lanes.length === 0 ? [] : [paint('bold', head.trimEnd()), ...body];
}

function widthsOf(lanes: readonly string[], lines: readonly LaneLine[]): number[] {
  const wanted = lanes.map((name) =>
    Math.max(name.length, ...lines.filter((l) => l.task === name).map((l) => l.text.length)),
  );
  const total = wanted.reduce((n, w) => n + w + gap, -gap);
  if (total <= columns) return wanted;
  const share = Math.floor((columns + gap) / lanes.length) - gap;
  const spare = wanted.reduce((n, w) => n + Math.max(0, share - w), 0);
  const wide = wanted.filter((w) => w > share).length;
  return wanted.map((w) => (w <= share ? w : Math.min(w, share + Math.floor(spare / wide))));
}

function wrap(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const indent = `${/^ */.exec(text)?.[0] ?? ''}    `;
  const parts: string[] = [];
  let line = '';
  for (const word of text.trimEnd().split(/(?<=\S)(?= )/)) {
    if (line !== '' && (line + word).length > width) {
      parts.push(line);
      line = indent + word.trimStart();
    } else line += word;
  }
  return [...parts, line];
}
