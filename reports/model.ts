// A checked model in text: how much was explored, a verdict a property, and the runs that show it.

import type { ModelResult, PropertyResult, Trace, TraceStep, Verdict } from '../model/index.ts';
import type { Painter, Style } from './colour.ts';
import { plural } from './words.ts';

type Result = ModelResult<unknown>;
type Judged = PropertyResult<unknown>;

const styles: Readonly<Record<Verdict, Style>> = {
  holds: 'green',
  violated: 'red',
  inconclusive: 'yellow',
};

const width = 'inconclusive'.length;

/** More terminal states are counted, not listed. */
const mostTerminal = 5;

export function modelText(name: string, result: Result, paint: Painter): string {
  const { verdict, properties } = result;
  const row = (of: Verdict, text: string) => `  ${paint(styles[of], of.padEnd(width))}  ${text}`;
  return [
    `${paint('bold', name)}: ${paint(styles[verdict], verdict)}`,
    `  ${sizeText(result)}`,
    ...boundLines(result).map((line) => `  ${paint('yellow', line)}`),
    ...terminalLines(result).map((line) => `  ${line}`),
    row(result.coverage.verdict, 'every state is entered, every transition taken'),
    ...coverageLines(result).map((line) => `    ${line}`),
    ...properties.map((property) => row(property.verdict, titleOf(property))),
    ...properties.filter(({ trace }) => trace !== null).flatMap((p) => ['', ...runLines(p, paint)]),
  ].join('\n');
}

const sizeText = ({ states, steps, events, depth, coverage }: Result) =>
  `${plural(states, 'state')}, ${plural(steps, 'step')} of ${plural(events, 'event')}, ` +
  `depth ${depth}; declared: ${plural(coverage.states, 'state')}, ` +
  plural(coverage.transitions, 'transition');

const boundLines = ({ hit, maxStates }: Result) =>
  hit.map(({ bound, states }) => {
    const what = bound === 'boundary' ? 'the boundary' : `${maxStates} states at most`;
    return `bound hit: ${what}; ${plural(states, 'more state')} reached, not explored`;
  });

function terminalLines({ terminal }: Result): string[] {
  if (terminal.length === 0) return [];
  const shown = terminal.slice(0, mostTerminal).map(({ state, rest }) => `${state} (${rest})`);
  const more = terminal.length - shown.length;
  return [`terminal: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}

function coverageLines({ coverage }: Result): string[] {
  const { neverEntered, neverTaken, excused, idleExcuses } = coverage;
  return [
    ...neverEntered.map((name) => `never entered: ${name}`),
    ...neverTaken.map((name) => `never taken: ${name}`),
    ...idleExcuses.map((name) => `listed as unused, but used: ${name}`),
    ...excused
      .filter(({ name }) => !idleExcuses.includes(name))
      .map(({ name, reason }) => `unused: ${name} (${reason})`),
  ];
}

function titleOf({ name, kind, why, fair, trace }: Judged): string {
  const assumed = fair.length === 0 ? '' : `fair: ${fair.join(', ')}`;
  const notes = [trace === null ? why : '', assumed].filter(Boolean).join('; ');
  return `${kind}: ${name}${notes === '' ? '' : ` (${notes})`}`;
}

function runLines({ name, verdict, why, trace }: Judged, paint: Painter): string[] {
  const what = verdict === 'holds' ? 'a witness' : why;
  return [
    `  ${paint('bold', name)}: ${what}`,
    ...traceLines(trace as Trace<unknown>).map((line) => `    ${line}`),
  ];
}

function traceLines({ initial, steps, loop, rest }: Trace<unknown>): string[] {
  const all = [...steps, ...(loop ?? [])];
  const column = Math.max('begin'.length, ...all.map(({ eventText }) => eventText.length));
  const line = ({ eventText, stateText }: Pick<TraceStep<unknown>, 'eventText' | 'stateText'>) =>
    `${eventText.padEnd(column)}  ${stateText}`;
  return [
    line({ eventText: 'begin', stateText: initial.stateText }),
    ...steps.map(line),
    ...(rest === null ? [] : [`and stops: ${rest === 'final' ? 'the state is final' : rest}`]),
    ...(loop === null ? [] : ['for ever:', ...loop.map((step) => `  ${line(step)}`)]),
  ];
}

/** The result as JSON shows it: states and events in words, since a context may hold anything. */
export function modelJson(name: string, result: Result) {
  const { properties, ...rest } = result;
  return {
    name,
    ...rest,
    properties: properties.map(({ trace, ...property }) => ({
      ...property,
      trace: trace === null ? null : traceJson(trace),
    })),
  };
}

function traceJson({ initial, steps, loop, rest }: Trace<unknown>) {
  const step = ({ event: { type }, eventText, stateText }: TraceStep<unknown>) => ({
    type,
    event: eventText,
    state: stateText,
  });
  return {
    initial: initial.stateText,
    steps: steps.map(step),
    loop: loop?.map(step) ?? null,
    rest,
  };
}
