// The text of a failure, in the order in which a reader needs it: what rule broke and whose fault it
// is, the minimal schedule, the evidence, how to replay it, what did not matter, where the rule is.

import type { AnyOp, AnyProgram } from '../engine/program.ts';
import type { EngineRef, PropertyInfo } from '../fuzz/catalogue.ts';
import type { Evidence, Finding, Size } from '../fuzz/finding/index.ts';
import type { TaskView, Trace, TraceStep } from '../fuzz/trace/index.ts';
import { type Painter, plain } from './colour.ts';
import { lanes } from './lanes.ts';
import { fieldWords, type Names, namesOf, resultWords, stepWords } from './objects.ts';
import { engineName, opText, plural } from './words.ts';

export interface FailureView {
  readonly engine: EngineRef;
  readonly program: AnyProgram;
  readonly property: PropertyInfo;
  readonly message: string;
  readonly trace: Trace;
  readonly evidence: Evidence;
  readonly size: Size;
  readonly shrinking: Finding['shrinking'] | null;
  /** Deltas without which it disappears. */
  readonly causes: readonly string[];
  /** The finding's file, if it was written, and its text form. */
  readonly file: string | null;
  readonly text: string;
}

const maxLines = 12;

export function failureText(view: FailureView, paint: Painter = plain): string {
  const names = namesOf(view.trace);
  const sections = [
    verdict(view, names, paint),
    schedule(view, names, paint),
    evidence(view, names, paint),
    replay(view, paint),
    irrelevant(view, paint),
    rule(view, paint),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function verdict(view: FailureView, names: Names, paint: Painter): string[] {
  const { property, message, engine, causes } = view;
  const whose =
    property.blame === 'engine' ? "the kernel's fault" : "the caller's fault: it broke a contract";
  const told = causes.every((id) => engineName(engine).split(' + ').includes(id));
  const by = told ? '' : `, by ${causes.join(' and ')}`;
  return [
    paint('red', paint('bold', `${property.id}: ${property.title}`)),
    `${shorten(message, view.trace, names)}: ${whose} (${engineName(engine)}${by})`,
  ];
}

/** Object names inside a sentence, shortened. */
function shorten(message: string, { steps, object }: Trace, names: Names): string {
  const long = new Set([...steps.map((step) => step.object), object?.name ?? '']);
  const byLength = [...long].filter((name) => name !== '').sort((a, b) => b.length - a.length);
  return byLength.reduce((text, name) => text.replaceAll(name, names.object(name)), message);
}

function schedule(view: FailureView, names: Names, paint: Painter): string[] {
  const { trace, program } = view;
  const describe = (step: TraceStep) => operation(program, trace.tasks, step);
  const before = alone(view, 'setup', describe, names, paint);
  const after = alone(view, 'exit', describe, names, paint);
  const budget = Math.max(6, maxLines - before.length - after.length);
  const opText = describe;
  const side = lanes(trace, { names, opText, evidence: view.evidence, maxLines: budget, paint });
  const { preemptions, operations, tasks } = view.size;
  const title = [
    plural(tasks, 'task'),
    plural(operations, 'operation'),
    plural(preemptions, 'preemption'),
  ].join(', ');
  return [
    paint('bold', `schedule (${title})`),
    ...[...before, ...side, ...after].map((l) => `  ${l}`),
  ];
}

/** The operations of the setup or of the exits: one line each, for nothing runs beside them. */
function alone(
  { trace }: FailureView,
  phase: 'setup' | 'exit',
  describe: (step: TraceStep) => string,
  names: Names,
  paint: Painter,
): string[] {
  const who = trace.tasks.filter((t) => t.phase === phase).map((t) => t.name);
  const steps = trace.steps.filter((step) => who.includes(step.task));
  const failing = trace.violation !== null ? trace.steps.at(-1) : undefined;
  const label = phase === 'setup' ? 'first  ' : 'last   ';
  const lines: string[] = [];
  for (const step of steps) {
    if (step.begins) lines.push(label + describe(step));
    const asked = /^(refuse|choose) /.test(step.verb) && step.answer !== '0';
    if (step === failing || asked)
      lines.push(`         ${stepWords(step, names)}${step === failing ? ' ✗' : ''}`);
    if (step.result !== null) lines.push(`${lines.pop() ?? label}${resultWords(step)}`);
  }
  return lines.map((line) => (line.includes('✗') ? paint('red', line) : line));
}

/** The program's own operation in words; others (exit, daemons) by the engine's label. */
export function operation(
  program: AnyProgram,
  tasks: readonly TaskView[],
  step: TraceStep,
): string {
  const task = tasks.find((t) => t.name === step.task);
  const main = tasks.filter((t) => t.phase === 'main').findIndex((t) => t.name === step.task);
  let op: AnyOp | undefined;
  if (task?.phase === 'setup') op = program.setup[step.op];
  if (task?.phase === 'main') op = program.tasks[main]?.ops[step.op];
  return op === undefined ? step.opText : opText(op, program);
}

function evidence({ trace, evidence }: FailureView, names: Names, paint: Painter): string[] {
  const { objects, counts, sites } = evidence;
  const lines = objects.flatMap(({ name, before, after }) => {
    const changes = Object.keys(after).flatMap((field) => {
      const was = fieldWords(field, before[field] ?? '-', names);
      const is = fieldWords(field, after[field] ?? '-', names);
      return was === is ? [] : [`${field} ${was} → ${is}`];
    });
    const state = Object.entries(after)
      .filter(([field, value]) => field !== 'life' && value !== 'NULL')
      .map(([field, value]) => `${field} ${fieldWords(field, value, names)}`);
    const told = changes.length === 0 ? state : changes;
    return told.length === 0 ? [] : [`${names.object(name)}: ${told.join(', ')}`];
  });
  const told = Object.entries(counts).map(([what, n]) => `${what} ${n}`);
  if (told.length > 0) lines.push(told.join(', '));
  for (const site of sites) {
    const step = trace.steps[site.step];
    const next = `${site.verb} ${shorten(site.cell, trace, names)}, not done yet`;
    const access = step === undefined ? next : stepWords(step, names);
    lines.push(`${site.task}, step ${site.step}: ${access}`);
  }
  return lines.length === 0 ? [] : [paint('bold', 'evidence'), ...lines.map((l) => `  ${l}`)];
}

function replay({ file, text }: FailureView, paint: Painter): string[] {
  // White space in the text form does no harm, so that it may be wrapped inside its quotes.
  const quoted = `'${text}'`.match(/.{1,76}/g) ?? [];
  const lines = ['iommucheck replay \\', ...quoted];
  if (file !== null) lines.unshift(`iommucheck replay ${file}`);
  return [paint('bold', 'replay'), ...lines.map((line) => `  ${line}`)];
}

function irrelevant({ shrinking }: FailureView, paint: Painter): string[] {
  const lines: string[] = [];
  if (shrinking) {
    const { operations, tasks, preemptions } = shrinking.from;
    const was = [plural(tasks, 'task'), plural(operations, 'operation')];
    was.push(plural(preemptions, 'preemption'));
    lines.push(`shrunk from ${was.join(', ')}`, ...shrinking.dropped);
  }
  return lines.length === 0
    ? []
    : [paint('bold', 'what did not matter'), ...lines.map((line) => `  ${line}`)];
}

function rule({ property }: FailureView, paint: Painter): string[] {
  return [paint('bold', 'rule'), `  ${property.rule}`, `  ${paint('dim', property.source)}`];
}
