// The verdict on a recorded history as text: an order, or the fewest calls that have none, as lanes.

import { errnoName } from '../engine/errno.ts';
import type { Call } from '../properties/linearizability/history.ts';
import type { Answer, Explanation } from '../properties/linearizability/explain.ts';
import type { Placed } from '../properties/linearizability/search.ts';
import type { Recorded } from '../fuzz/linearize/index.ts';
import type { Painter } from './colour.ts';
import { inLanes, type LaneLine } from './lanes.ts';
import { opText, plural } from './words.ts';

type AnyCall = Call<unknown, unknown>;
type Why = Explanation<unknown, unknown>;

export interface LinearizeView {
  /** The file, as it was named. */
  readonly log: string;
  readonly maxNodes: number;
}

export function linearizeText(
  recorded: Recorded,
  answer: Answer<unknown, unknown>,
  view: LinearizeView,
  paint: Painter,
): string {
  const { history, name } = recorded;
  const lost = history.filter((call) => call.returned === null).length;
  const size = `${plural(history.length, 'call')}${lost === 0 ? '' : `, ${lost} without a return`}`;
  const words = new Words(recorded);
  return [
    `${paint('bold', view.log)} as a history of ${name}: ${size}`,
    '',
    ...verdict(answer, words, view, paint),
    '',
  ].join('\n');
}

function verdict(
  answer: Answer<unknown, unknown>,
  words: Words,
  { maxNodes }: LinearizeView,
  paint: Painter,
): string[] {
  const searched = paint('dim', plural(answer.nodes, 'node'));
  switch (answer.verdict) {
    case 'order':
      return [
        `${paint('green', 'linearizable')}: in this order (${searched})`,
        ...order(answer.order, words),
      ];
    case 'none':
      return [
        `${paint('red', 'not linearizable')}: no order gives what was returned (${searched})`,
        '',
        ...explanation(answer.explanation, words, paint),
      ];
    case 'inconclusive':
      break;
  }
  return [
    `${paint('yellow', 'inconclusive')}: more than ${plural(maxNodes, 'node')}`,
    '  try: iommucheck linearize --max-nodes <n>',
  ];
}

const order = (placed: readonly Placed<unknown, unknown>[], words: Words): string[] =>
  placed.map(({ call, result }) => `  ${call.task}  ${words.done(call, result)}`);

function explanation(why: Why, words: Words, paint: Painter): string[] {
  const { calls, others, furthest, proof } = why;
  return [
    paint('bold', `what is to blame (${plural(calls.length, 'return')}, ${proofs[proof]})`),
    ...lanes(why, words, paint).map((line) => `  ${line}`),
    '',
    paint('bold', 'why'),
    ...reasons(why, words).map((line) => `  ${line}`),
    ...(furthest.length === 0
      ? []
      : ['', paint('bold', 'as far as an order goes'), ...order(furthest, words)]),
    ...(others.length === 0 ? [] : ['', paint('bold', 'what did not matter'), ...rest(why, words)]),
  ];
}

const proofs = {
  smallest: 'the fewest that have no order',
  minimal: 'without any one of them there is one',
  none: 'fewer may do: a bound was hit',
} as const satisfies Readonly<Record<Why['proof'], string>>;

const mostOthers = 6;

/** The others are there, but an order does not come from any of them at any time. */
function rest({ others }: Why, words: Words): string[] {
  const more = others.length - mostOthers;
  return [
    '  whether these took effect, and when:',
    ...others.slice(-mostOthers).map((call) => `    ${call.task}  ${words.at(call)}`),
    ...(more > 0 ? [`    and ${plural(more, 'call')} before`] : []),
  ];
}

/** Calls and returns of the calls to blame, in time. */
function lanes({ calls, last }: Why, words: Words, paint: Painter): string[] {
  const events = calls
    .flatMap((call) => [
      { at: call.called, call, isEnd: false },
      { at: call.returned ?? Number.POSITIVE_INFINITY, call, isEnd: true },
    ])
    .sort((a, b) => a.at - b.at);
  const lines: LaneLine[] = [];
  events.forEach(({ call, isEnd }, at) => {
    const isWhole = events[at + (isEnd ? -1 : 1)]?.call === call;
    const mark = call === last ? ' ✗' : '';
    const style = call === last && isEnd ? ('red' as const) : null;
    const { task } = call;
    if (isEnd && isWhole)
      lines.push({ task, text: `${words.done(call, call.result)}${mark}`, style });
    else if (isEnd) lines.push({ task, text: `… ${words.ended(call, call.result)}${mark}`, style });
    else if (!isWhole) lines.push({ task, text: words.called(call), style });
  });
  const tasks = [...new Set(calls.map(({ task }) => task))].sort();
  return inLanes(tasks, lines, paint);
}

/** What is known of the other calls to blame, and what follows for the last. */
function reasons({ calls, ordered, last, possible }: Why, words: Words): string[] {
  const isTold = (call: AnyCall) => ordered.some((pair) => pair.includes(call));
  const known = [
    ...ordered.map(([a, b]) => `${words.returned(a)} before ${words.at(b)} began`),
    ...calls.filter((c) => c !== last && !isTold(c)).map((c) => words.returned(c)),
  ];
  const could = [...new Set(possible.map((result) => words.value(result)))].sort();
  const allowed = could.length === 0 ? 'cannot have returned' : `can only be ${could.join(' or ')}`;
  const so = known.length === 0 ? '' : 'so ';
  return [...known, `${so}${words.at(last)} ${allowed}; it returned ${words.value(last.result)}`];
}

/** Calls and results in words. */
class Words {
  private readonly recorded: Recorded;

  constructor(recorded: Recorded) {
    this.recorded = recorded;
  }

  called({ op }: AnyCall): string {
    const { program } = this.recorded;
    if (program !== null) return opText((op as { readonly op: { op: string } }).op, program);
    const { op: name, ...args } = op as Readonly<Record<string, unknown>>;
    return [name, ...Object.values(args).map((arg) => JSON.stringify(arg))].join(' ');
  }

  done(call: AnyCall, result: unknown): string {
    const text = this.result(result);
    return text === '' ? this.called(call) : `${this.called(call)} = ${text}`;
  }

  ended(call: AnyCall, result: unknown): string {
    const [name = ''] = this.called(call).split(' ');
    const text = this.result(result);
    return text === '' ? `${name} returned` : `${name} = ${text}`;
  }

  /** The call with its place in the file. */
  at(call: AnyCall): string {
    return `${this.called(call)} (line ${this.recorded.lines.get(call.id)?.call ?? 0})`;
  }

  returned(call: AnyCall): string {
    const text = this.result(call.result);
    return `${this.at(call)} returned${text === '' ? '' : ` ${text}`}`;
  }

  /** Nothing has no words after a call, and a name elsewhere. */
  value(result: unknown): string {
    return this.result(result) || 'null';
  }

  result(result: unknown): string {
    if (result === null) return '';
    if (this.recorded.program === null) return JSON.stringify(result);
    const { ret, out, size } = result as {
      readonly ret: number | string;
      readonly out?: object;
      readonly size?: readonly number[];
    };
    const name = typeof ret === 'number' ? errnoName(ret) : ret === 'any' ? 'anything' : 'an errno';
    const told = size === undefined ? out : { size: size[0] };
    return told === undefined ? name : `${name} ${JSON.stringify(told)}`;
  }
}
