// The part of the graph that runs reach from given seeds without leaving `stay`, breadth first from the
// roots: so that a state's level is the length of the shortest run that comes to it that way.
import { beyond, type Graph } from './explore.ts';
import { type Edge, type Run, runTo } from './paths.ts';

export interface Region {
  /** In the order of level. */
  readonly states: readonly number[];
  /** 1 for those states. */
  readonly within: Uint8Array;
  readonly level: Int32Array;
  readonly parent: Int32Array;
  readonly parentLabel: Int32Array;
}

/** Seeds are among the states of `stay`. */
export function regionOf(graph: Graph<unknown>, seeds: Uint8Array, stay: Uint8Array): Region {
  const { depth, edgeStart, edgeLabel, edgeTo } = graph;
  const size = stay.length;
  const within = new Uint8Array(size);
  const level = new Int32Array(size).fill(-1);
  const parent = new Int32Array(size).fill(-1);
  const parentLabel = new Int32Array(size).fill(-1);
  const states: number[] = [];
  /** The states of the present level. */
  let frontier: number[] = [];
  const add = (state: number, at: number, from: number, label: number, to: number[]) => {
    if (within[state] === 1) return;
    within[state] = 1;
    level[state] = at;
    parent[state] = from;
    parentLabel[state] = label;
    states.push(state);
    to.push(state);
  };

  // States are numbered by depth; no seed is reached earlier within the region than from the roots.
  let seed = 0;
  for (let at = 0; frontier.length > 0 || seed < size; at++) {
    for (; seed < size && (depth[seed] as number) <= at; seed++)
      if (seeds[seed] === 1) add(seed, at, -1, -1, frontier);
    const next: number[] = [];
    for (const state of frontier) {
      for (let edge = edgeStart[state] as number; edge < (edgeStart[state + 1] as number); edge++) {
        const to = edgeTo[edge] as number;
        if (to === beyond || stay[to] !== 1) continue;
        add(to, at + 1, state, edgeLabel[edge] as number, next);
      }
    }
    frontier = next;
  }
  return { states, within, level, parent, parentLabel };
}

/** A shortest run to a state of the region: to a seed, and then within the region. */
export function runWithin(graph: Graph<unknown>, region: Region, state: number): Run {
  const tail: Edge[] = [];
  let at = state;
  for (let from = region.parent[at] as number; from >= 0; from = region.parent[at] as number) {
    tail.push({ label: region.parentLabel[at] as number, to: at });
    at = from;
  }
  const toSeed = runTo(graph, at);
  return { ...toSeed, stem: [...toSeed.stem, ...tail.reverse()] };
}
