// The reachable graph of a system, breadth first: so the path of parents to a state is a shortest one.
// States are dense numbers in the order of discovery, edges one flat list (those of state s stand from
// edgeStart[s] to edgeStart[s + 1]); a path is never stored. Nothing here knows a property.
import { ModelError, reasonOf } from './errors.ts';
import type { Label, Move, System } from './system.ts';

/** The target of an edge that leaves what was explored. */
export const beyond = -1;

export interface Bounds<S> {
  /** States for which it is false are not explored. */
  readonly boundary?: ((snapshot: S) => boolean) | undefined;
  readonly maxStates: number;
}

/** How many different states were reached but not explored, by the bound that stopped them. */
export interface Cut {
  readonly byBoundary: number;
  readonly byMaxStates: number;
}

export interface Graph<S> {
  readonly system: System<S>;
  readonly labels: readonly Label[];
  /** The system's number of each state. */
  readonly states: readonly number[];
  readonly roots: readonly number[];
  /** The state from which each was discovered, and by which label; -1 for a root. */
  readonly parent: readonly number[];
  readonly parentLabel: readonly number[];
  readonly depth: readonly number[];
  readonly edgeStart: readonly number[];
  readonly edgeLabel: readonly number[];
  readonly edgeTo: readonly number[];
  readonly cut: Cut;
  /** Transitions taken and states entered, also on the way into states that were cut. */
  readonly used: ReadonlySet<object>;
}

export const isComplete = ({ cut }: Graph<unknown>) => cut.byBoundary + cut.byMaxStates === 0;

export const snapshotOf = <S>({ system, states }: Graph<S>, state: number) =>
  system.snapshot(states[state] as number);

/** Told of every step between states that are explored; `before` is the system's number of `from`. */
export type StepWatcher = (
  before: number,
  from: number,
  label: number,
  move: Move,
  to: number,
) => void;

export function explore<S>(
  system: System<S>,
  bounds: Bounds<S>,
  watchers: readonly StepWatcher[] = [],
): Graph<S> {
  const { labels } = system;
  const states: number[] = [];
  const roots: number[] = [];
  const parent: number[] = [];
  const parentLabel: number[] = [];
  const depth: number[] = [];
  const edgeStart: number[] = [0];
  const edgeLabel: number[] = [];
  const edgeTo: number[] = [];
  const cut = { byBoundary: 0, byMaxStates: 0 };
  const used = new Set<object>();
  /** From the system's numbers to ours, or `beyond`. */
  const numbers = new Map<number, number>();

  const discover = ({ to, uses }: Move, from: number, label: number): number => {
    for (const use of uses) used.add(use);
    const known = numbers.get(to);
    if (known !== undefined) return known;
    const stopped = stopper(system, bounds, to, states.length);
    if (stopped !== null) cut[stopped]++;
    const number = stopped === null ? states.length : beyond;
    numbers.set(to, number);
    if (number === beyond) return beyond;
    states.push(to);
    parent.push(from);
    parentLabel.push(label);
    depth.push(from < 0 ? 0 : (depth[from] as number) + 1);
    return number;
  };

  for (const root of system.roots) {
    const number = discover(root, -1, -1);
    if (number === beyond && cut.byBoundary > 0)
      throw new ModelError(
        `the boundary excludes the initial state ${system.text(root.to)}`,
        'boundary(snapshot) is true for the states that are explored',
      );
    if (number !== beyond && !roots.includes(number)) roots.push(number);
  }
  for (let from = 0; from < states.length; from++) {
    for (let label = 0; label < labels.length; label++) {
      const move = system.step(states[from] as number, label);
      if (move === null) continue;
      const to = discover(move, from, label);
      edgeLabel.push(label);
      edgeTo.push(to);
      if (to !== beyond)
        for (const watch of watchers) watch(states[from] as number, from, label, move, to);
    }
    edgeStart.push(edgeTo.length);
  }
  return {
    system,
    labels,
    states,
    roots,
    parent,
    parentLabel,
    depth,
    edgeStart,
    edgeLabel,
    edgeTo,
    cut,
    used,
  };
}

function stopper<S>(
  system: System<S>,
  { boundary, maxStates }: Bounds<S>,
  state: number,
  count: number,
): keyof Cut | null {
  let isWithin: boolean;
  try {
    isWithin = boundary === undefined || boundary(system.snapshot(state));
  } catch (error) {
    throw new ModelError(`the boundary throws at ${system.text(state)}`, `why: ${reasonOf(error)}`);
  }
  if (!isWithin) return 'byBoundary';
  return count < maxStates ? null : 'byMaxStates';
}
