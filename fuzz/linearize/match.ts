// Calls out of events: every return finds its call, and a task makes one call at a time.

import type { CallEvent, Event, ReturnEvent } from './events.ts';
import { HistoryError } from './error.ts';

/** A call, and its return if it was seen. */
export interface Matched {
  readonly call: CallEvent;
  /** Positions among the events. */
  readonly called: number;
  readonly end: ReturnEvent | null;
  readonly returned: number | null;
}

export function matched(events: readonly Event[]): readonly Matched[] {
  const calls = new Map<string, Matched>();
  const busy = new Map<string, CallEvent>();
  events.forEach((event, at) => {
    if (event.event === 'call') begin(event, at, calls, busy);
    else end(event, at, calls, busy);
  });
  return [...calls.values()];
}

type Calls = Map<string, Matched>;

function begin(call: CallEvent, at: number, calls: Calls, busy: Map<string, CallEvent>): void {
  const { id, task, line } = call;
  const same = calls.get(id);
  if (same !== undefined)
    throw new HistoryError(line, 'id', `there is a call ${id} already, in line ${same.call.line}`);
  const open = busy.get(task);
  if (open !== undefined)
    throw new HistoryError(
      line,
      'task',
      `${task} calls while its call ${open.id} of line ${open.line} has not returned; whoever goes ` +
        'on after a call that was lost is another task',
    );
  busy.set(task, call);
  calls.set(id, { call, called: at, end: null, returned: null });
}

function end(event: ReturnEvent, at: number, calls: Calls, busy: Map<string, CallEvent>): void {
  const { id, line } = event;
  const match = calls.get(id);
  if (match === undefined)
    throw new HistoryError(line, 'id', `nothing called ${id} before this line`);
  if (match.end !== null)
    throw new HistoryError(
      line,
      'id',
      `call ${id} has returned already, in line ${match.end.line}`,
    );
  busy.delete(match.call.task);
  calls.set(id, { ...match, end: event, returned: at });
}
