// What a property says of a state: a function of the snapshot, or the name of a state. Evaluated once for
// each state and kept as bits.
import { ModelError, reasonOf } from './errors.ts';
import { type Graph, snapshotOf } from './explore.ts';

/** `'open'`, `'open.reading'`, in a product `'client.open'`: in that state or within it. */
export type Predicate<S> = string | ((snapshot: S) => boolean);

/** 1 for the states where it holds. @throws ModelError naming the property. */
export function truth<S>(graph: Graph<S>, predicate: Predicate<S>, property: string): Uint8Array {
  const bits = new Uint8Array(graph.states.length);
  const holds = typeof predicate === 'string' ? inState(graph, predicate, property) : predicate;
  for (let state = 0; state < bits.length; state++)
    bits[state] = ask(graph, state, holds, property) ? 1 : 0;
  return bits;
}

function ask<S>(
  graph: Graph<S>,
  state: number,
  holds: (snapshot: S) => boolean,
  property: string,
): boolean {
  try {
    return holds(snapshotOf(graph, state));
  } catch (error) {
    throw new ModelError(
      `property '${property}' throws at ${graph.system.text(graph.states[state] as number)}`,
      `why: ${reasonOf(error)}`,
    );
  }
}

function inState<S>({ system }: Graph<S>, name: string, property: string) {
  const path = name.split('.');
  const names = system.declared.flatMap((one) =>
    one.kind === 'state' ? [one.name.replace(': ', '.')] : [],
  );
  if (!names.includes(name))
    throw new ModelError(
      `property '${property}' speaks of a state '${name}' that there is not`,
      `states: ${names.join(', ')}`,
    );
  return (snapshot: S) => {
    const isOne = typeof snapshot === 'object' && snapshot !== null && 'value' in snapshot;
    if (isOne) return isWithin(snapshot.value, path);
    const [part = '', ...inner] = path;
    const own = (snapshot as Readonly<Record<string, { readonly value: unknown }>>)[part];
    return isWithin(own?.value, inner);
  };
}

function isWithin(value: unknown, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true;
  if (typeof value === 'string') return value === first && rest.length === 0;
  if (typeof value !== 'object' || value === null || !(first in value)) return false;
  return isWithin((value as Readonly<Record<string, unknown>>)[first], rest);
}
