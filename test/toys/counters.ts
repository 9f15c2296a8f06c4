// Toy counters in plain code: fetch_add and get with a lock, and without. Every run of them is a history
// of the specification `counter`.

import {
  type Cell,
  Executor,
  Heap,
  KernelObject,
  Mutex,
  type Outcome,
  type Steps,
} from '../../engine/runtime/index.ts';
import type { CounterOp } from '../../properties/linearizability/specifications/counter.ts';

class Counter extends KernelObject {
  readonly lock = new Mutex(this, 'lock');
  readonly value: Cell<number> = this.cell('value', 0);
  get kind(): string {
    return 'counter';
  }
}

/**
 * locked: a lock around all of it. racy: fetch_add reads and writes in two steps. torn: fetch_add locks,
 * counts twice by one and lets `get` see in between.
 */
export type Manner = 'locked' | 'racy' | 'torn';

function* add(counter: Counter, by: number, manner: Manner): Steps<Outcome> {
  if (manner !== 'racy') yield counter.lock.lock;
  yield counter.value.readOnce;
  const before = counter.value.value;
  const parts = manner === 'torn' ? Array.from({ length: by }, (_, i) => i + 1) : [by];
  for (const part of parts) {
    yield counter.value.writeOnce;
    counter.value.value = before + part;
  }
  if (manner !== 'racy') yield counter.lock.unlock;
  return { ret: before };
}

function* get(counter: Counter): Steps<Outcome> {
  yield counter.value.readOnce;
  return { ret: counter.value.value };
}

/** Each entry of `tasks` is a task, T0, T1, … */
export function counters(tasks: readonly (readonly CounterOp[])[], manner: Manner): Executor {
  const heap = new Heap();
  const counter = heap.boot(Counter, 'counter');
  const start = (op: CounterOp) => (op.op === 'get' ? get(counter) : add(counter, op.by, manner));
  const specs = tasks.map((ops, i) => ({
    name: `T${i}`,
    phase: 'main' as const,
    ops: ops.map((op) => ({ label: JSON.stringify(op), start: () => start(op) })),
  }));
  return new Executor({ heap, watchers: [], roots: new Map() }, specs);
}
