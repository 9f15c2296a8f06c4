// Strongly connected components of a part of the graph: Tarjan's algorithm (SIAM J. Comput. 1(2), 1972),
// with an explicit stack, since paths may be longer than a call stack.
import { beyond, type Graph } from './explore.ts';

/** Components of the states in `within` (1 is in), each a list of states; edges that leave it do not count. */
export function components(graph: Graph<unknown>, within: Uint8Array): number[][] {
  const { edgeStart, edgeTo } = graph;
  const index = new Int32Array(within.length).fill(-1);
  const low = new Int32Array(within.length);
  const onStack = new Uint8Array(within.length);
  const stack: number[] = [];
  const found: number[][] = [];
  let next = 0;
  /** States being visited, and where each stands in its list of edges. */
  const path: number[] = [];
  const position: number[] = [];

  const enter = (state: number) => {
    index[state] = low[state] = next++;
    stack.push(state);
    onStack[state] = 1;
    path.push(state);
    position.push(edgeStart[state] as number);
  };

  const leave = (state: number) => {
    path.pop();
    position.pop();
    const above = path.at(-1);
    if (above !== undefined) low[above] = Math.min(low[above] as number, low[state] as number);
    if (low[state] !== index[state]) return;
    const component = stack.splice(stack.lastIndexOf(state));
    for (const member of component) onStack[member] = 0;
    found.push(component);
  };

  for (let root = 0; root < within.length; root++) {
    if (within[root] !== 1 || index[root] !== -1) continue;
    enter(root);
    while (path.length > 0) {
      const at = path.length - 1;
      const state = path[at] as number;
      const edge = (position[at] as number)++;
      if (edge === edgeStart[state + 1]) {
        leave(state);
        continue;
      }
      const to = edgeTo[edge] as number;
      if (to === beyond || within[to] !== 1) continue;
      if (index[to] === -1) enter(to);
      else if (onStack[to] === 1) low[state] = Math.min(low[state] as number, index[to] as number);
    }
  }
  return found;
}
