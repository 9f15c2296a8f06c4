// Random machines, judged by the checker and by brute force; and every run that the checker shows is walked
// again on the graph: it is one, it is fair, and it is against the property.
import { createMachine } from 'xstate';
import { expect, test } from 'vitest';
import { Rng } from '../../fuzz/rng.ts';
import { checkModel, type ModelResult } from './check.ts';
import { modelOf } from './model.ts';
import type { Trace } from './paths.ts';
import { always, canAlways, eventually, leadsTo, sometimes } from './property.ts';
import {
  bruteVerdicts,
  distances,
  type Question,
  reachableStates,
  shortestAgainst,
  type SmallGraph,
  type StateSet,
} from './testing-brute.ts';

const labels = ['A', 'B', 'C'];

function randomGraph(rng: Rng): SmallGraph {
  const size = 1 + rng.next(6);
  // Sparse and dense ones: some with dead ends, some where everything leads everywhere.
  const density = 0.2 + 0.7 * rng.float();
  const target = () => (rng.float() < density ? rng.next(size) : null);
  return { size, to: Array.from({ length: size }, () => labels.map(target)) };
}

function randomQuestion(rng: Rng, size: number): Question {
  const share = rng.float();
  const set = (): StateSet => Array.from({ length: size }, () => rng.float() < share);
  const fair = Array.from({ length: rng.next(4) }, () => labels.map((_, i) => i))
    .map((all) => all.filter(() => rng.float() < 0.6))
    .filter((chosen) => chosen.length > 0);
  return { p: set(), q: set(), fair };
}

const machineOf = ({ to }: SmallGraph) =>
  createMachine({
    initial: 's0',
    states: Object.fromEntries(
      to.map((row, state) => [
        `s${state}`,
        {
          on: Object.fromEntries(
            row.flatMap((next, i) => (next === null ? [] : [[labels[i] as string, `s${next}`]])),
          ),
        },
      ]),
    ),
  });

const numberOf = (state: unknown) => Number((state as { value: string }).value.slice(1));

/** What some machine handles of the labels: only that can be fair. */
function known(graph: SmallGraph, { fair }: Question): string[][] {
  const handled = labels.filter((_, i) => graph.to.some((row) => row[i] !== null));
  return fair.map((set) => set.map((i) => labels[i] as string).filter((l) => handled.includes(l)));
}

function judged(graph: SmallGraph, question: Question, maxStates?: number) {
  const { p, q } = question;
  const inP = (state: unknown) => p[numberOf(state)] === true;
  const inQ = (state: unknown) => q[numberOf(state)] === true;
  const sets = known(graph, question).filter((events) => events.length > 0);
  return checkModel(
    modelOf(machineOf(graph), {
      ...(maxStates !== undefined && { maxStates }),
      fairness: sets.map((events) => ({ name: events.join('+'), events })),
      properties: [
        always('always', inP),
        sometimes('sometimes', inP),
        canAlways('canAlways', inQ),
        eventually('eventually', inQ),
        leadsTo('leadsTo', inP, inQ),
      ],
    }),
  );
}

const verdictsOf = (result: ModelResult<unknown>) =>
  Object.fromEntries(result.properties.map(({ name, verdict }) => [name, verdict]));

/** The run's states and labels by number; fails where it is none. */
function walked(graph: SmallGraph, { initial, steps, loop, rest }: Trace<unknown>) {
  let at = numberOf(initial.state);
  expect(at).toBe(0);
  const go = (list: Trace<unknown>['steps']) =>
    list.map(({ event, state }) => {
      const label = labels.indexOf(event.type);
      expect(graph.to[at]?.[label]).toBe(numberOf(state));
      at = numberOf(state);
      return { label, at };
    });
  const stem = [0, ...go(steps).map((step) => step.at)];
  const round = go(loop ?? []);
  expect(at).toBe(stem.at(-1));
  if (rest !== null) expect(graph.to[at]).toEqual([null, null, null]);
  return { stem, round };
}

/** Against `eventually` (seeds: the beginning) or `leadsTo` (seeds: p): stays out of q from a seed on, fairly. */
function checkEndless(
  graph: SmallGraph,
  { fair, q }: Question,
  seeds: StateSet,
  trace: Trace<unknown>,
): void {
  const { stem, round } = walked(graph, trace);
  expect(trace.loop !== null || trace.rest !== null).toBe(true);
  const tail = stem.slice(stem.findLastIndex((state) => q[state]) + 1);
  expect(tail.some((state) => seeds[state])).toBe(true);
  expect(round.filter(({ at }) => q[at])).toEqual([]);
  for (const set of round.length > 0 ? fair : []) {
    const taken = round.some(({ label }) => set.includes(label));
    const refused = round.some(({ at }) => set.every((label) => graph.to[at]![label] === null));
    expect(taken || refused).toBe(true);
  }
}

const lengthOf = ({ steps, loop }: Trace<unknown>) => steps.length + (loop?.length ?? 0);

const root = (size: number) => Array.from({ length: size }, (_, i) => (i === 0 ? 0 : Infinity));

const cases = Array.from({ length: 400 }, (_, i) => i);

test('the checker and brute force agree on 400 machines, and every run shown is one', () => {
  const tally: Record<string, number> = {};
  for (const i of cases) {
    const rng = Rng.seeded(`models/${i}`);
    const graph = randomGraph(rng);
    const question = randomQuestion(rng, graph.size);
    const result = judged(graph, question);
    const brute = bruteVerdicts(graph, question);
    const expected = Object.fromEntries(
      Object.entries(brute).map(([name, holds]) => [name, holds ? 'holds' : 'violated']),
    );
    expect({ i, ...verdictsOf(result) }).toEqual({ i, ...expected });
    expect(result.states).toBe(reachableStates(graph).filter(Boolean).length);
    for (const { name, verdict, trace } of result.properties) {
      tally[`${name} ${verdict}`] = (tally[`${name} ${verdict}`] ?? 0) + 1;
      if (trace === null) continue;
      const kind = trace.loop !== null ? 'lasso' : trace.rest !== null ? 'rest' : 'path';
      tally[kind] = (tally[kind] ?? 0) + 1;
      if (name === 'eventually' || name === 'leadsTo') {
        const seeds = name === 'leadsTo' ? question.p : question.p.map((_, state) => state === 0);
        checkEndless(graph, question, seeds, trace);
        expect(lengthOf(trace)).toBe(shortestAgainst(graph, seeds, question));
      } else {
        const { stem } = walked(graph, trace);
        const shortest = distances(graph, root(graph.size), reachableStates(graph));
        expect(lengthOf(trace)).toBe(shortest[stem.at(-1)!]);
      }
    }
  }
  // Not one-sided: every verdict and every form of run came up often.
  expect(Math.min(...Object.values(tally))).toBeGreaterThan(40);
  expect(Object.keys(tally)).toHaveLength(13);
});

test('with a bound, what is said is what is so, or nothing is said', () => {
  let silent = 0;
  for (const i of cases) {
    const rng = Rng.seeded(`models/${i}`);
    const graph = randomGraph(rng);
    const question = randomQuestion(rng, graph.size);
    const full = verdictsOf(judged(graph, question));
    const cut = judged(graph, question, 2);
    for (const [name, verdict] of Object.entries(verdictsOf(cut))) {
      if (verdict === 'inconclusive') silent++;
      else expect({ i, name, verdict }).toEqual({ i, name, verdict: full[name] });
    }
    if (cut.hit.length > 0) expect(cut.verdict).not.toBe('holds');
  }
  expect(silent).toBeGreaterThan(200);
});
