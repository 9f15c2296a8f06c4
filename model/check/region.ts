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
  const add = (state: number, at: number, from: number, label: number) => {
    if (within[state] === 1) return;
    within[state] = 1;
    level[state] = at;
    parent[state] = from;
    parentLabel[state] = label;
    states.push(state);
  };

  // States are numbered by depth, so the seeds of a level are those before the first deeper one. No seed
  // is reached earlier within the region than from the roots.
  let seed = 0;
  const addSeeds = (upTo: number) => {
    for (; seed < size && (depth[seed] as number) <= upTo; seed++)
      if (seeds[seed] === 1) add(seed, depth[seed] as number, -1, -1);
  };

  for (let next = 0; ; next++) {
    while (next === states.length && seed < size) addSeeds(depth[seed] as number);
    const state = states[next];
    if (state === undefined) break;
    const at = (level[state] as number) + 1;
    // Before the first state of a level puts its successors behind.
    addSeeds(at - 1);
    for (let edge = edgeStart[state] as number; edge < (edgeStart[state + 1] as number); edge++) {
      const to = edgeTo[edge] as number;
      if (to !== beyond && stay[to] === 1) add(to, at, state, edgeLabel[edge] as number);
    }
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
