// The answer of `check --scope`: what was searched, exactly, and what came of it.

import { type Subsystem, subsystems } from '../engine/subsystems.ts';
import type { AnyProgram } from '../engine/program.ts';
import type { ContextAnswer, ScopeAnswer } from '../fuzz/scopes/scope.ts';
import { type Painter, plain } from './colour.ts';
import { foundLines, type Titles } from './found.ts';
import { countText } from './summary.ts';
import { engineName, opText, plural } from './words.ts';

export function scopeText(answer: ScopeAnswer, titles: Titles, paint: Painter = plain): string {
  const { plan, found } = answer;
  const lines = [
    paint('bold', headOf(answer)),
    '',
    ...coverage(answer),
    '',
    ...subsystems.flatMap((s) => contextLines(s, answer.contexts, paint)),
    ...callersLines(answer),
    ...foundLines(engineName(plan.engine), found, titles, paint),
    ...unshrunkLines(answer),
    ...behindLines(answer),
    '',
    verdictLine(answer, paint),
  ];
  return `${lines.join('\n')}\n`;
}

function headOf({ plan }: ScopeAnswer): string {
  const { tasks, operations, engine } = plan;
  const size = `at most ${plural(tasks, 'task')} of at most ${plural(operations, 'operation')} each`;
  return `scope ${tasks}x${operations}: every program of ${size}, on ${engineName(engine)}`;
}

function coverage(answer: ScopeAnswer): string[] {
  const { plan, contexts } = answer;
  const left = contexts.reduce((n, c) => n + c.left, 0);
  const rows: [string, string][] = [
    ['contexts', `${contexts.length} of ${subsystemsIn(contexts).join(', ')}`],
    ['vocabularies', `${plan.vocabulary}, printed below`],
    ['programs', `${answer.programs} visited`],
    ['', `${answer.equal} skipped: equal to one of these but for the names of tasks and objects`],
    ...(left > 0 ? [['', `at most ${left} left`] as [string, string]] : []),
    ['states', `${answer.states}`],
    ['transitions', `${answer.transitions}`],
    ['interleavings', 'all, without a bound on preemptions'],
    ['refusals', refusalsText(answer)],
    ['reductions', plan.reductions.join(', ') || 'none'],
    ['collision', `probability below ${answer.collision.toExponential(1)} (64-bit fingerprints)`],
    ['bounds', boundsText(answer)],
  ];
  return rows.map(([name, text]) => `  ${name.padEnd(14)}${text}`);
}

const subsystemsIn = (contexts: readonly ContextAnswer[]) =>
  subsystems.filter((s) => contexts.some((c) => c.subsystem === s));

function refusalsText({ plan, contexts }: ScopeAnswer): string {
  const most = Math.max(0, ...contexts.map((c) => c.faults.budget));
  const some = contexts.filter((c) => c.faults.budget > 0).length;
  if (some === 0) return 'none: no context has places for any';
  const each = plan.faults === null ? 'as many as the context says' : `at most ${plan.faults}`;
  return `${each} in a run (${plural(some, 'context')} of at most ${most}, the others of none)`;
}

function boundsText({ plan, cut, maxSteps }: ScopeAnswer): string {
  const bounds = `${countText(plan.maxStates)} states of a program, ${countText(maxSteps)} steps of a run`;
  return cut === 0 ? `none was hit (${bounds})` : `hit in ${plural(cut, 'program')} (${bounds})`;
}

function contextLines(
  subsystem: Subsystem,
  contexts: readonly ContextAnswer[],
  paint: Painter,
): string[] {
  const mine = contexts.filter((c) => c.subsystem === subsystem);
  if (mine.length === 0) return [];
  const sum = (of: (c: ContextAnswer) => number) => mine.reduce((n, c) => n + of(c), 0);
  const counts = `${sum((c) => c.programs)} programs, ${countText(sum((c) => c.states))} states`;
  const head = `${subsystem}: ${plural(mine.length, 'context')}, ${counts}`;
  return [paint('bold', head), ...mine.flatMap(contextText)];
}

function contextText(context: ContextAnswer): string[] {
  const { id, programs, equal, states, cut, faults, vocabulary } = context;
  const bound = cut === 0 ? '' : `, a bound was hit in ${plural(cut, 'program')}`;
  const places =
    faults.budget === 0 ? '' : `; ${faults.budget} refused of ${faults.sites.join(', ')}`;
  const words = (ops: AnyProgram['setup']) =>
    ops.map((op) => opText(op, programOf(context))).join('; ');
  const several = vocabulary.length > 1;
  return [
    `  ${id}: ${programs} programs (${equal} equal), ${countText(states)} states${bound}`,
    ...(context.setup.length > 0 ? [`    first ${words(context.setup)}`] : []),
    ...vocabulary.map(
      ({ process, ops }) =>
        `    of ${words(ops)}${several ? ` (process ${process})` : ''}${places}`,
    ),
  ];
}

function programOf({ subsystem, topology, setup, vocabulary, faults }: ContextAnswer): AnyProgram {
  const system = subsystem === 'registration' ? 'spapr' : 'iommu';
  return { system, topology, setup, tasks: vocabulary, faults };
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) =>
  a < b ? -1 : a > b ? 1 : 0;

/** Programs in which in-kernel callers break a contract or a rule: no fault of the engine. */
function callersLines({ contexts }: ScopeAnswer): string[] {
  const contracts = new Map<string, number>();
  const rules = new Map<string, Map<string, number>>();
  for (const { failures } of contexts)
    for (const { property, key, blame, rule, programs } of failures) {
      if (blame !== 'caller') continue;
      const of = rule === null ? contracts : (rules.get(rule) ?? new Map<string, number>());
      if (rule !== null) rules.set(rule, of);
      const id = `${property} (${key})`;
      of.set(id, (of.get(id) ?? 0) + programs);
    }
  const lines = (of: ReadonlyMap<string, number>, indent: string) =>
    [...of].sort(byName).map(([id, n]) => `${indent}${id}: in ${plural(n, 'program')}`);
  const count = [...rules.values()].reduce((n, of) => n + of.size, contracts.size);
  if (count === 0) return [];
  return [
    '',
    `callers that break a contract: ${plural(count, 'finding')}, their fault`,
    ...lines(contracts, '  '),
    ...[...rules].sort(byName).flatMap(([rule, of]) => [`  where ${rule}`, ...lines(of, '    ')]),
  ];
}

function unshrunkLines({ unshrunk, finished }: ScopeAnswer): string[] {
  if (unshrunk.length === 0) return [];
  const why = finished ? 'not shrunk' : 'not shrunk: interrupted';
  const lines = unshrunk.map(({ property, key }) => `  ${property} (${key})`);
  return ['', `${plural(unshrunk.length, 'violation')} more, ${why}`, ...lines];
}

function behindLines({ behind }: ScopeAnswer): string[] {
  if (behind.length === 0) return [];
  const lines = behind.map(({ property, key }) => `  ${property} (${key})`);
  return ['', `${plural(behind.length, 'violation')} more, only behind others in a run`, ...lines];
}

function verdictLine(answer: ScopeAnswer, paint: Painter): string {
  const { verdict, plan, finished, cut } = answer;
  const scope = `scope ${plan.tasks}x${plan.operations}`;
  const on = engineName(plan.engine);
  if (verdict === 'holds')
    return paint('green', `holds: no program of ${scope} violates anything on ${on}`);
  if (verdict === 'violated')
    return paint(
      'red',
      `violated: programs of ${scope} fail on ${on}${finished ? '' : ' (interrupted)'}`,
    );
  const why = !finished ? 'interrupted' : `a bound was hit in ${plural(cut, 'program')}`;
  return paint('yellow', `inconclusive: ${why}`);
}
