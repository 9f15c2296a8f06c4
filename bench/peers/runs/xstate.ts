// One workload walked by XState's graph utilities, in a process of its own:
// `xstate.js <variant> <tasks> <ops> <adjacency|shortest> [module]`. Prints one line of JSON.

import type * as Graph from 'xstate/graph';
import type { Variant } from '../../workload/known.ts';
import { eventsOf, identityOf, isWrongState, machineOf } from '../models/machine.ts';

const [variant, tasks, ops, walk, from = 'xstate/graph'] = process.argv.slice(2);
const workload = { variant: variant as Variant, tasks: Number(tasks), ops: Number(ops) };
const graph = (await import(from)) as typeof Graph;

const machine = machineOf(workload);
const options = {
  events: eventsOf(workload) as never,
  limit: Number.POSITIVE_INFINITY,
  serializeState: identityOf,
};

type State = Parameters<typeof identityOf>[0];
type Edge = { readonly event: { readonly type: string }; readonly state: State };

/** The utilities list events that are not possible as transitions to the same state. */
const moved = (from: State, { event, state }: Edge) =>
  placeOf(from, event) !== placeOf(state, event);

/** Event T0 moves region t0. */
const placeOf = ({ value }: State, { type }: { type: string }) =>
  (value as unknown as Readonly<Record<string, string>>)[type.toLowerCase()];

function adjacency() {
  const map = graph.getAdjacencyMap(machine, options);
  let [states, transitions, violated] = [0, 0, false];
  for (const { state, transitions: out } of Object.values(map)) {
    states++;
    for (const edge of Object.values(out)) if (moved(state, edge as Edge)) transitions++;
    violated ||= isWrongState(workload, state);
  }
  return { violated, states, transitions };
}

function shortest() {
  const wrong = graph
    .getShortestPaths(machine, options)
    .filter(({ state }) => isWrongState(workload, state))
    .map(({ steps }) => steps.map(({ event }) => event.type).filter((type) => /^T\d/.test(type)))
    .sort((a, b) => a.length - b.length)[0];
  if (wrong === undefined) return { violated: false };
  const switches = wrong.filter((task, i) => i > 0 && task !== wrong[i - 1]).length;
  return { violated: true, steps: wrong.length, switches };
}

const answer = walk === 'adjacency' ? adjacency() : shortest();
const rssMb = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ ...answer, rssMb }));
