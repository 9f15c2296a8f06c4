// A fair loop from a state of a fair component back to it. The shortest one is found by searching pairs of
// a state and the fair sets met so far; where those are too many, one is made by going from each place
// that meets a set to the nearest next one: short, not always the shortest.
import type { Component } from './component.ts';
import type { FairSet } from './fairness.ts';
import type { Edge } from './paths.ts';

/** Pairs of state and fair sets that are looked at for the shortest loop. */
const mostPairs = 20_000;

export const fairLoop = (component: Component, start: number): Edge[] =>
  shortestLoop(component, start) ?? greedyLoop(component, start);

/** A place of the search: by which edge, from which place; the first has neither. */
interface Place {
  readonly state: number;
  readonly unmet: ReadonlySet<FairSet>;
  readonly edge: Edge | null;
  readonly from: Place | null;
}

function shortestLoop(component: Component, start: number): Edge[] | null {
  const { fair } = component;
  const first = { state: start, unmet: remaining(fair, component, start), edge: null, from: null };
  const seen = new Set<string>();
  const queue: Place[] = [first];
  for (const from of queue) {
    for (const edge of component.edgesOf(from.state)) {
      const unmet = remaining(from.unmet, component, edge.to, edge.label);
      if (edge.to === start && unmet.size === 0) return [...edgesTo(from), edge];
      const key = `${edge.to} ${fair.map((set) => (unmet.has(set) ? 1 : 0)).join('')}`;
      if (seen.has(key)) continue;
      if (seen.size === mostPairs) return null;
      seen.add(key);
      queue.push({ state: edge.to, unmet, edge, from });
    }
  }
  throw new Error('loop: the component is not fair');
}

/** Of the sets not met before, those that neither the edge nor the state it leads to meets. */
const remaining = (
  before: Iterable<FairSet>,
  component: Component,
  state: number,
  label?: number,
): ReadonlySet<FairSet> =>
  new Set(
    [...before].filter(
      (set) => !component.isRefused(set, state) && (label === undefined || set.labels[label] !== 1),
    ),
  );

function greedyLoop(component: Component, start: number): Edge[] {
  const loop: Edge[] = [];
  let unmet = remaining(component.fair, component, start);
  const go = (isGoal: (edge: Edge) => boolean) => {
    for (const edge of nearest(component, loop.at(-1)?.to ?? start, isGoal)) {
      loop.push(edge);
      unmet = remaining(unmet, component, edge.to, edge.label);
    }
  };
  while (unmet.size > 0)
    go(({ label, to }) => remaining(unmet, component, to, label).size < unmet.size);
  if (loop.at(-1)?.to !== start) go(({ to }) => to === start);
  return loop;
}

/** The shortest path from a state whose last edge is a goal; there is one, as all is connected. */
function nearest(component: Component, start: number, isGoal: (edge: Edge) => boolean): Edge[] {
  const unmet = new Set<FairSet>();
  const seen = new Set([start]);
  const queue: Place[] = [{ state: start, unmet, edge: null, from: null }];
  for (const from of queue) {
    for (const edge of component.edgesOf(from.state)) {
      if (isGoal(edge)) return [...edgesTo(from), edge];
      if (seen.has(edge.to)) continue;
      seen.add(edge.to);
      queue.push({ state: edge.to, unmet, edge, from });
    }
  }
  throw new Error('loop: the component has no such edge');
}

function edgesTo(place: Place): Edge[] {
  const edges: Edge[] = [];
  for (let at: Place | null = place; at !== null; at = at.from)
    if (at.edge !== null) edges.push(at.edge);
  return edges.reverse();
}
