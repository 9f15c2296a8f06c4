// Compiles a machine to a table, entry by entry as it is asked: XState's transition() costs
// microseconds, a table entry tens of nanoseconds. The table adds nothing to the machine; a test
// compares the two on every reachable entry. Exploration of the table is in graph.ts.
import { type AnyStateMachine, initialTransition, transition } from 'xstate';

/** What an event does: the next node, the call's result and the names of the effects to apply. */
export interface Edge {
  readonly node: TableNode;
  readonly ret: number;
  readonly effects: readonly string[];
}

/** A (state, context) pair of the machine; the same pair is always the same object. */
export interface TableNode {
  readonly key: string;
  readonly value: string;
  readonly context: Readonly<Record<string, unknown>>;
}

export interface Table<E> {
  readonly machine: AnyStateMachine;
  readonly alphabet: readonly E[];
  /** The initial node, for a machine that takes an input. */
  root(input?: unknown): TableNode;
  /** `event` must be one of the alphabet's own objects. */
  step(node: TableNode, event: E): Edge;
}

type Snapshot = ReturnType<AnyStateMachine['getInitialSnapshot']>;

interface FullNode extends TableNode {
  readonly snapshot: Snapshot;
  readonly edges: (Edge | undefined)[];
}

interface Action {
  readonly type: string;
  readonly params?: unknown;
}

/** The canonical text of a snapshot: state value and context values in declared order. */
export function snapshotKey(snapshot: Snapshot): string {
  return `${String(snapshot.value)}(${Object.values(snapshot.context).join()})`;
}

/** Splits executed actions into the answer and the effects. */
export function readActions(actions: readonly Action[]): { ret: number; effects: string[] } {
  let ret = 0;
  const effects: string[] = [];
  for (const { type, params } of actions) {
    if (type === 'answer') ret = (params as { ret: number }).ret;
    else effects.push(type);
  }
  return { ret, effects };
}

export function compile<E extends { readonly type: string }>(
  machine: AnyStateMachine,
  alphabet: readonly E[],
): Table<E> {
  const nodes = new Map<string, FullNode>();
  const numbers = new Map<E, number>(alphabet.map((event, number) => [event, number]));

  const intern = (snapshot: Snapshot): FullNode => {
    const key = snapshotKey(snapshot);
    let node = nodes.get(key);
    if (node === undefined) {
      const { context } = snapshot;
      node = { key, value: String(snapshot.value), context, snapshot, edges: [] };
      nodes.set(key, node);
    }
    return node;
  };

  const compute = (node: FullNode, event: E): Edge => {
    const [next, actions] = transition(machine, node.snapshot, event);
    return { node: intern(next), ...readActions(actions) };
  };

  return {
    machine,
    alphabet,
    root: (input) => intern(initialTransition(machine, input)[0]),
    step(given, event) {
      const node = given as FullNode;
      const number = numbers.get(event);
      if (number === undefined) {
        throw new Error(
          `compile: ${JSON.stringify(event)} is not an event of machine "${machine.id}": tables ` +
            `know the alphabet's own objects only; it has ${alphabet.map((e) => e.type).join()}`,
        );
      }
      return (node.edges[number] ??= compute(node, event));
    },
  };
}
