// The alphabet of a machine: the events that it is given, or those that its declaration names. Events
// are tried in every state; one without its payload says nothing about guards that look at it, so
// authors give variants where that matters.
import type { AnyStateMachine, EventObject } from 'xstate';
import { nodesOf } from './declared.ts';
import { ModelError } from './errors.ts';
import { keyOf } from './key.ts';

/** Not the environment's to send: XState raises it itself when a child state is final. */
const isInternal = (type: string) =>
  type.startsWith('xstate.done.state.') || type.startsWith('xstate.route');

const isPattern = (type: string) => type === '*' || type.endsWith('.*');

function descriptorsOf(machine: AnyStateMachine): string[] {
  return [...new Set(nodesOf(machine.root).flatMap((node) => [...node.transitions.keys()]))];
}

/**
 * One event for each type that is declared, in the order of declaration. Delays may run out at any time
 * and invoked actors may end at any time: their events are among them. Wildcards name no event.
 */
export function derivedEvents(machine: AnyStateMachine): EventObject[] {
  return descriptorsOf(machine)
    .filter((type) => !isInternal(type) && !isPattern(type))
    .map((type) => ({ type }));
}

/** @throws ModelError if an event is none, is given twice, or no state handles its type. */
export function checkedEvents(
  machine: AnyStateMachine,
  events: readonly EventObject[],
): readonly EventObject[] {
  const descriptors = descriptorsOf(machine);
  const seen = new Set<string>();
  for (const event of events) {
    if (typeof event !== 'object' || event === null || typeof event.type !== 'string')
      throw new ModelError(
        `an event of machine '${machine.id}' has no type: ${JSON.stringify(event)}`,
        "events are objects such as { type: 'OPEN', by: 'owner' }",
      );
    // An actor may fail where nobody handles it: then the machine fails.
    const isFailure = event.type.startsWith('xstate.error.actor.');
    if (!isFailure && !descriptors.some((descriptor) => matches(event.type, descriptor)))
      throw new ModelError(
        `machine '${machine.id}' handles no event '${event.type}'`,
        `events: ${descriptors.join(', ')}`,
      );
    const key = keyOf(event, `event ${event.type}`);
    if (seen.has(key)) throw new ModelError(`event ${event.type} is given twice: ${key}`);
    seen.add(key);
  }
  return events;
}

/** The actor whose end or failure the event tells: without it the event cannot come. */
export const senderOf = (type: string): string | null =>
  /^xstate\.(?:done|error)\.actor\.(.+)$/.exec(type)?.[1] ?? null;

/** XState's rule: `*`, or a prefix that ends with `.*`. */
function matches(type: string, descriptor: string): boolean {
  if (descriptor === '*' || descriptor === type) return true;
  return descriptor.endsWith('.*') && `${type}.`.startsWith(descriptor.slice(0, -1));
}
