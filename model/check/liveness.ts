// eventually and leadsTo: is there a fair run that comes to a seed and never leaves `stay` from there on?
// It stops in a state where nothing is handled, or goes round a fair loop; the shortest found is returned.
import { Component } from './component.ts';
import type { Graph } from './explore.ts';
import type { FairSet } from './fairness.ts';
import { fairLoop } from './loop.ts';
import { isResting, type Run } from './paths.ts';
import { type Region, regionOf, runWithin } from './region.ts';
import { components } from './scc.ts';

/** Places at which a loop of one component is tried to begin: that many, fewer in large components. */
const mostStarts = 32;
const startsTimesStates = 100_000;

/** `seeds` and `stay` are bits of states; seeds are among `stay`. Null if there is no such run. */
export function findRun(
  graph: Graph<unknown>,
  seeds: Uint8Array,
  stay: Uint8Array,
  fair: readonly FairSet[],
): Run | null {
  const region = regionOf(graph, seeds, stay);
  const rest = region.states.find((state) => isResting(graph, state));
  const restLength = rest === undefined ? Infinity : (region.level[rest] as number);
  const lasso = shortestLasso(graph, region, fair, restLength);
  if (lasso !== null) return lasso;
  return rest === undefined ? null : { ...runWithin(graph, region, rest), rests: true };
}

/** The best lasso shorter than `limit` steps, stem and loop together. */
function shortestLasso(
  graph: Graph<unknown>,
  region: Region,
  fair: readonly FairSet[],
  limit: number,
): Run | null {
  const { level } = region;
  let best: Run | null = null;
  let bestLength = limit;
  const byLevel = (a: number, b: number) => (level[a] as number) - (level[b] as number);
  for (const states of components(graph, region.within)) {
    const component = new Component(graph, states, fair);
    if (!component.isFair()) continue;
    const most = Math.max(1, Math.min(mostStarts, Math.floor(startsTimesStates / states.length)));
    for (const start of states.toSorted(byLevel).slice(0, most)) {
      // A loop has a step at least.
      if ((level[start] as number) + 1 >= bestLength) break;
      const loop = fairLoop(component, start);
      const length = (level[start] as number) + loop.length;
      if (length >= bestLength) continue;
      best = { ...runWithin(graph, region, start), loop };
      bestLength = length;
    }
  }
  return best;
}
