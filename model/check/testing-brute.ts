// The temporal properties by their definitions, on graphs so small that sets of states can be enumerated:
// what the checker is compared with. Shares nothing with it: no Tarjan, no breadth-first search, no
// parent pointers. Not part of the entry.

export interface SmallGraph {
  readonly size: number;
  /** to[state][label], or null where the event is not handled. State 0 is the initial one. */
  readonly to: readonly (readonly (number | null)[])[];
}

export type StateSet = readonly boolean[];

export interface Question {
  readonly p: StateSet;
  readonly q: StateSet;
  /** Sets of labels. */
  readonly fair: readonly (readonly number[])[];
}

/** closed[a][b]: a path of steps, possibly none, leads from a to b through states of `within` only. */
function closure({ size, to }: SmallGraph, within: StateSet): boolean[][] {
  const closed = Array.from({ length: size }, (_, a) =>
    Array.from(
      { length: size },
      (_, b) =>
        within[a] === true &&
        within[b] === true &&
        (a === b || (to[a] as (number | null)[]).includes(b)),
    ),
  );
  for (let via = 0; via < size; via++)
    for (let a = 0; a < size; a++)
      for (let b = 0; b < size; b++) if (closed[a]![via] && closed[via]![b]) closed[a]![b] = true;
  return closed;
}

export const reachableStates = (graph: SmallGraph): StateSet =>
  closure(
    graph,
    Array.from({ length: graph.size }, () => true),
  )[0] as StateSet;

const rests = ({ to }: SmallGraph, state: number) => to[state]!.every((next) => next === null);

/** Exactly the states of `set` can be visited for ever, fairly: all of them, by all steps among them. */
function isFairLoop(graph: SmallGraph, set: StateSet, { fair }: Question): boolean {
  const members = [...set.keys()].filter((state) => set[state]);
  const closed = closure(graph, set);
  const steps = members.flatMap((from) =>
    graph.to[from]!.flatMap((next, label) => (next !== null && set[next] ? [label] : [])),
  );
  return (
    steps.length > 0 &&
    members.every((a) => members.every((b) => closed[a]![b])) &&
    fair.every(
      (labels) =>
        steps.some((label) => labels.includes(label)) ||
        members.some((state) => labels.every((label) => graph.to[state]![label] === null)),
    )
  );
}

/** A fair run from `start` never leaves the complement of q. */
function canAvoid(graph: SmallGraph, start: number, question: Question): boolean {
  if (question.q[start]) return false;
  const stay = question.q.map((bit) => !bit);
  const inReach = closure(graph, stay)[start] as StateSet;
  const reach = [...inReach.keys()].filter((state) => inReach[state]);
  if (reach.some((state) => rests(graph, state))) return true;
  for (let bits = 1; bits < 1 << reach.length; bits++) {
    const chosen = reach.filter((_, i) => (bits >> i) & 1);
    const set = Array.from({ length: graph.size }, (_, state) => chosen.includes(state));
    if (isFairLoop(graph, set, question)) return true;
  }
  return false;
}

export function bruteVerdicts(graph: SmallGraph, question: Question) {
  const { p, q } = question;
  const reach = reachableStates(graph);
  const states = [...reach.keys()].filter((state) => reach[state]);
  const closed = closure(graph, reach);
  return {
    always: states.every((state) => p[state]),
    sometimes: states.some((state) => p[state]),
    canAlways: states.every((a) => states.some((b) => closed[a]![b] && q[b])),
    eventually: !canAvoid(graph, 0, question),
    leadsTo: !states.some((state) => p[state] && canAvoid(graph, state, question)),
  };
}

/**
 * Steps of the shortest fair run, stem and loop together, that has a state of `seeds` and is never in q from
 * there on; Infinity if there is none. Rounds of relaxation over (state, fair sets met), not a queue.
 */
export function shortestAgainst(graph: SmallGraph, seeds: StateSet, question: Question): number {
  const { fair, q } = question;
  const all = graph.to.map(() => true);
  const stay = q.map((bit) => !bit);
  const start = seeds.map((bit, state) => (bit && stay[state] ? 0 : Infinity));
  const fromRoot = distances(
    graph,
    all.map((_, i) => (i === 0 ? 0 : Infinity)),
    all,
  );
  const level = distances(
    graph,
    start.map((d, i) => d + fromRoot[i]!),
    stay,
  );
  const loops = level.map((d, state) => d + (d < Infinity ? shortestLoop(state) : 0));
  const stops = level.map((d, state) => (rests(graph, state) ? d : Infinity));
  return Math.min(...loops, ...stops);

  function shortestLoop(base: number): number {
    const full = (1 << fair.length) - 1;
    const metAt = (state: number) =>
      maskOf((labels) => labels.every((label) => graph.to[state]![label] === null));
    const maskOf = (isMet: (labels: readonly number[]) => boolean) =>
      fair.reduce((mask, labels, i) => mask | (isMet(labels) ? 1 << i : 0), 0);
    let frontier = new Set([`${base},${metAt(base)}`]);
    const seen = new Set(frontier);
    for (let length = 1; frontier.size > 0; length++) {
      const next = new Set<string>();
      for (const at of frontier) {
        const [state, met] = at.split(',').map(Number) as [number, number];
        for (const [label, to] of graph.to[state]!.entries()) {
          if (to === null || !stay[to]) continue;
          const mask = met | metAt(to) | maskOf((labels) => labels.includes(label));
          if (to === base && mask === full) return length;
          if (!seen.has(`${to},${mask}`)) next.add(`${to},${mask}`);
          seen.add(`${to},${mask}`);
        }
      }
      frontier = next;
    }
    return Infinity;
  }
}

/** Least number of steps to each state, given that of some, through states of `within`. */
export function distances(
  { size, to }: SmallGraph,
  given: readonly number[],
  within: StateSet,
): number[] {
  const least = given.map((d, state) => (within[state] ? d : Infinity));
  for (let round = 0; round < size; round++)
    for (let from = 0; from < size; from++)
      for (const next of to[from]!)
        if (next !== null && within[next]) least[next] = Math.min(least[next]!, least[from]! + 1);
  return least;
}
