// On the fly and after the fact are one judgement: on every run of small concurrent programs, and for a
// search that leaves out what it has visited against all runs one by one.

import { describe, expect, test } from 'vitest';
import { type Executor, type Outcome, type Task, Violation } from '../../engine/runtime/index.ts';
import { ExhaustiveSearch } from '../../fuzz/explore/exhaustive.ts';
import { counters, type Manner } from '../../test/toys/counters.ts';
import { allRuns } from '../../test/toys/interleavings.ts';
import type { Call } from './history.ts';
import { linearizable, LinearizabilityListener } from './listener.ts';
import { linearize } from './search.ts';
import { counter, type CounterOp } from './specifications/counter.ts';

type Tasks = readonly (readonly CounterOp[])[];

const add = (by: number): CounterOp => ({ op: 'fetch_add', by });
const get: CounterOp = { op: 'get' };
const seen = ({ ret }: Outcome) => ret;

const programs: readonly Tasks[] = [
  [[add(1)], [add(1)]],
  [[add(1), get], [add(2)]],
  [[add(1), add(1)], [add(2)]],
  [[add(2)], [get, get]],
  [[add(2)], [get], [get]],
  [[add(1)], [add(2)], [get]],
  [[get, add(1), get], [add(1)]],
];

/** Listens, and keeps what it heard: calls and returns by time. */
class Recorder {
  readonly calls: Call<CounterOp, number | null>[] = [];
  private now = 0;
  private readonly tasks: Tasks;

  constructor(tasks: Tasks) {
    this.tasks = tasks;
  }

  onBegin({ id, node, label: task }: Task): void {
    const op = this.tasks[id]?.[node.opIndex] as CounterOp;
    const name = `${id}.${node.opIndex}`;
    this.calls.push({ id: name, task, op, called: this.now++, returned: null, result: undefined });
  }

  onEnd({ id }: Task, { ret }: Outcome, opIndex: number): void {
    const at = this.calls.findIndex((call) => call.id === `${id}.${opIndex}`);
    const call = this.calls[at] as Call<CounterOp, number | null>;
    this.calls[at] = { ...call, returned: this.now++, result: ret };
  }
}

function isJudgedWrong(executor: Executor, run: string): boolean {
  executor.reset();
  try {
    for (const word of run.split(' ')) executor.step(executor.tasks[Number(word)] as Task, 0);
    return false;
  } catch (error) {
    if (!(error instanceof Violation) || error.property !== linearizable) throw error;
    return true;
  }
}

function lacksOrder(tasks: Tasks, manner: Manner, run: string): boolean {
  const executor = counters(tasks, manner);
  const recorder = new Recorder(tasks);
  executor.listener = recorder;
  for (const word of run.split(' ')) executor.step(executor.tasks[Number(word)] as Task, 0);
  return linearize(counter(), recorder.calls, 10_000).verdict === 'none';
}

function searched(tasks: Tasks, manner: Manner) {
  const executor = counters(tasks, manner);
  executor.listener = new LinearizabilityListener(executor, counter(), tasks, seen);
  const found = new Set<string>();
  const { complete, states } = new ExhaustiveSearch(
    executor,
    { quiescent() {}, final() {} },
    {
      maxStates: 100_000,
      maxDepth: 1000,
      preemptions: Number.POSITIVE_INFINITY,
      onViolation: ({ property, message }) => found.add(`${property}: ${message}`).size > 0,
    },
  ).run();
  expect(complete).toBe(true);
  return { found, states };
}

describe.each(['locked', 'racy', 'torn'] as const)('%s counters', (manner) => {
  test.each(programs.map((p) => [JSON.stringify(p), p] as const))('%s', (_, tasks) => {
    const runs = [...allRuns(counters(tasks, manner))];
    const executor = counters(tasks, manner);
    executor.listener = new LinearizabilityListener(executor, counter(), tasks, seen);
    const wrong = runs.filter((run) => isJudgedWrong(executor, run));
    expect(wrong).toEqual(runs.filter((run) => lacksOrder(tasks, manner, run)));
    expect(searched(tasks, manner).found.size > 0).toBe(wrong.length > 0);
    if (manner === 'locked') expect(wrong).toEqual([]);
  });
});

test('a lost update is caught, and told', () => {
  expect([...searched([[add(1)], [add(1)]], 'racy').found].sort()).toEqual([
    'linearizability: {"op":"fetch_add","by":1} of T0 returned {"ret":0}; an order of whole calls gives 1',
    'linearizability: {"op":"fetch_add","by":1} of T1 returned {"ret":0}; an order of whole calls gives 1',
  ]);
});

test('a count that is seen halfway is caught', () => {
  expect([...searched([[add(2)], [get]], 'torn').found]).toEqual([
    'linearizability: {"op":"get"} of T1 returned {"ret":1}; an order of whole calls gives 0 or 2',
  ]);
});

test('the orders that are left are a part of a state: what looks alike may have another past', () => {
  const tasks = [
    [add(1), add(1)],
    [add(2), get],
  ];
  const { states } = searched(tasks, 'locked');
  const bare = new ExhaustiveSearch(
    counters(tasks, 'locked'),
    { quiescent() {}, final() {} },
    {
      maxStates: 100_000,
      maxDepth: 1000,
      preemptions: Number.POSITIVE_INFINITY,
      onViolation: () => true,
    },
  ).run();
  expect({ states, bare: bare.states }).toEqual({ states: 44, bare: 36 });
});
