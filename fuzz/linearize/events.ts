// The lines of a recorded history: an optional head, then calls and returns in the order in which they
// were seen; `#` comments between. docs/HISTORIES.md has the format.

import { z } from 'zod';
import { HistoryError, objection } from './error.ts';

const json = z.json();
const name = z.union([z.string(), z.int()]).transform(String);
const fields = z.record(z.string(), json);
const optional = z.exactOptional;

const head = z.strictObject({
  spec: z.string(),
  /** The object's first value, of specifications that have one. */
  initial: optional(json),
  /** What there is, of specifications that are systems; as in a program. */
  topology: optional(fields),
  faults: optional(fields),
});

const call = z.strictObject({
  event: z.literal('call'),
  id: name,
  task: name,
  /** Number of the process that calls; of spapr alone, 0 unless told otherwise. */
  process: optional(z.int().min(0)),
  op: z.string(),
  args: optional(fields),
});

const returned = z.strictObject({
  event: z.literal('return'),
  id: name,
  /** Nothing is null. */
  ret: optional(json),
  out: optional(z.record(z.string(), z.number())),
});

const event = z.discriminatedUnion('event', [call, returned]);

export type Head = z.infer<typeof head>;
export type Event = z.infer<typeof event> & { readonly line: number };
export type CallEvent = Extract<Event, { readonly event: 'call' }>;
export type ReturnEvent = Extract<Event, { readonly event: 'return' }>;

export interface Lines {
  readonly head: (Head & { readonly line: number }) | null;
  readonly events: readonly Event[];
}

export function readLines(text: string): Lines {
  const lines = text.split(/\r?\n/).flatMap((raw, i) => objectOf(raw.trim(), i + 1));
  const [first] = lines;
  const hasHead = first !== undefined && !('event' in first.value);
  const events = (hasHead ? lines.slice(1) : lines).map(({ line, value }) => ({
    ...parse(event, value, line),
    line,
  }));
  if (events.length === 0)
    throw new HistoryError(0, '', 'the history is empty: there is no line with an event');
  if (!hasHead) return { head: null, events };
  return { head: { ...parse(head, first.value, first.line), line: first.line }, events };
}

function objectOf(raw: string, line: number) {
  if (raw === '' || raw.startsWith('#')) return [];
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch (error) {
    throw new HistoryError(line, '', `not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HistoryError(line, '', 'not a JSON object');
  return [{ line, value }];
}

function parse<T>(schema: z.ZodType<T>, value: object, line: number): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw objection(line, '', parsed.error.issues);
}
