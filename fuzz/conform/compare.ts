// A logged result beside the engine's: the return value, and what the call wrote back.

import { errnoName, hex } from '../../engine/index.ts';
import { type Outcome, Violation } from '../../engine/runtime/index.ts';
import type { Call } from './calls.ts';
import { type Entry, numberField, returned, textField } from './log.ts';

export interface Comparison {
  readonly agrees: boolean;
  readonly kernel: string;
  readonly engine: string;
  /** The kernel's call failed. */
  readonly refused: boolean;
  /** The engine's call went well. */
  readonly done: boolean;
}

/** Calls that answer a descriptor, which the engine does not number. */
const opens: ReadonlySet<Call['call']> = new Set(['openContainer', 'openGroup', 'deviceFd']);

export function compare(entry: Entry, call: Call, outcome: Outcome | Violation): Comparison {
  const logged = returned(entry);
  const refused = logged.startsWith('-');
  if (outcome instanceof Violation) {
    const engine = `stops: ${outcome.property}: ${outcome.message}`;
    return { agrees: false, kernel: logged, engine, refused, done: false };
  }
  const ret = outcome.ret < 0 ? errnoName(outcome.ret) : String(outcome.ret);
  const done = outcome.ret >= 0;
  const same = opens.has(call.call) ? refused !== done : logged === ret;
  const wrote = written(entry, call, outcome, !refused && done);
  const differing = wrote.filter(([, kernel, engine]) => kernel !== engine);
  const show = (value: string, side: 1 | 2) =>
    [value, ...differing.map((w) => `${w[0]} ${w[side]}`)].join(', ');
  return {
    agrees: same && differing.length === 0,
    kernel: show(logged, 1),
    engine: show(opens.has(call.call) && done ? 'a descriptor' : ret, 2),
    refused,
    done,
  };
}

/** A field that was written back: its name, the kernel's value, the engine's. */
type Written = readonly [name: string, kernel: string, engine: string];

function written(entry: Entry, call: Call, outcome: Outcome, both: boolean): Written[] {
  if (call.call !== 'driver') return [];
  const { op } = call;
  const out = outcome.out ?? {};
  // The structure of an UNMAP is never written to.
  if (op.op === 'unmap') return given(entry, 'unmapped', hex(op.size), hex);
  if (!both) return [];
  if (op.op === 'create') return given(entry, 'start_addr', hex(out['start'] as number), hex);
  if (op.op !== 'info') return [];
  const dma32 = textField(entry, 'dma32');
  const window = `${hex(out['dma32Start'] as number)}+${hex(out['dma32Size'] as number)}`;
  return [
    ...given(entry, 'flags', String(out['flags']), String),
    ...(dma32 === undefined ? [] : [['dma32', dma32, window] as const]),
    ...given(entry, 'pgsizes', hex(out['pgsizes'] as number), hex),
    ...given(entry, 'max_windows', String(out['maxDynamicWindows']), String),
    ...given(entry, 'levels', String(out['levels']), String),
  ];
}

/** The field as far as the log has it. */
function given(entry: Entry, name: string, engine: string, text: (n: number) => string): Written[] {
  const value = numberField(entry, name);
  return value === undefined ? [] : [[name, text(value), engine]];
}
