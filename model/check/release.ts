// canAlways: from every reachable state some path leads to a goal. It is what "can always be released" means:
// not that it happens, but that it is never too late.
import { beyond, type Graph } from './explore.ts';
import { type Outcome, unopposed, violated } from './outcome.ts';
import { runTo } from './paths.ts';

/** AG EF goal, backwards from the goal. From a state that leads beyond what was explored, nobody knows. */
export function canAlways(graph: Graph<unknown>, goal: Uint8Array): Outcome {
  const cannot = backwards(graph, goal).indexOf(0);
  if (cannot >= 0)
    return violated('from the last state no path leads to the goal', runTo(graph, cannot));
  return unopposed(graph, `from all ${goal.length} states`);
}

/** 1 for the states from which some path leads to a goal, or beyond what was explored. */
function backwards(graph: Graph<unknown>, goal: Uint8Array): Uint8Array {
  const { edgeStart, edgeTo } = graph;
  const predecessors: number[][] = Array.from(goal, () => []);
  const can = goal.slice();
  for (let from = 0; from < goal.length; from++) {
    for (let edge = edgeStart[from] as number; edge < (edgeStart[from + 1] as number); edge++) {
      const to = edgeTo[edge] as number;
      if (to !== beyond) (predecessors[to] as number[]).push(from);
      else can[from] = 1;
    }
  }
  const queue = [...can.keys()].filter((state) => can[state] === 1);
  for (const state of queue) {
    for (const from of predecessors[state] as number[]) {
      if (can[from] === 1) continue;
      can[from] = 1;
      queue.push(from);
    }
  }
  return can;
}
