// Small random histories of objects of the literature: results are mostly those of some order, and
// sometimes not.

import type { Rng } from '../../fuzz/rng.ts';
import type { Call, History } from '../../properties/linearizability/history.ts';
import { queue, set } from '../../properties/linearizability/specifications/collections.ts';
import { counter } from '../../properties/linearizability/specifications/counter.ts';
import type { Json } from '../../properties/linearizability/specifications/json.ts';
import { register } from '../../properties/linearizability/specifications/register.ts';
import type { Specification } from '../../properties/linearizability/specification.ts';

interface AnyOp {
  readonly op: string;
  readonly [field: string]: Json;
}

export type AnySpecification = Specification<unknown, AnyOp, Json>;

const value = (rng: Rng) => rng.next(2);

const objects = {
  register: {
    specification: register(),
    ops: [
      () => ({ op: 'read' }),
      (rng: Rng) => ({ op: 'write', value: value(rng) }),
      (rng: Rng) => ({ op: 'cas', old: value(rng), new: value(rng) }),
    ],
  },
  counter: {
    specification: counter(),
    ops: [
      () => ({ op: 'get' }),
      (rng: Rng) => ({ op: 'add', by: 1 + value(rng) }),
      (rng: Rng) => ({ op: 'fetch_add', by: 1 + value(rng) }),
    ],
  },
  queue: {
    specification: queue(),
    ops: [(rng: Rng) => ({ op: 'enqueue', value: value(rng) }), () => ({ op: 'dequeue' })],
  },
  set: {
    specification: set(),
    ops: ['insert', 'remove', 'contains'].map((op) => (rng: Rng) => ({ op, value: value(rng) })),
  },
};

/** Up to six calls of up to three tasks, with a call that never returned now and then. */
export function randomHistory(object: keyof typeof objects, rng: Rng) {
  const { ops } = objects[object];
  const specification = objects[object].specification as unknown as AnySpecification;
  let state = specification.initial;
  const history: Call<AnyOp, Json>[] = [];
  const running = new Map<string, Running>();
  const tasks = 2 + rng.next(2);
  const wanted = 3 + rng.next(4);
  for (let now = 0; history.length < wanted || running.size > 0; now++) {
    const task = `T${rng.next(tasks)}`;
    const mine = running.get(task);
    if (mine === undefined) {
      if (history.length === wanted) continue;
      const op = (ops[rng.next(ops.length)] as (rng: Rng) => AnyOp)(rng);
      running.set(task, { at: history.length, effect: null });
      const id = `${history.length}`;
      history.push({ id, task, op, called: now, returned: null, result: undefined });
    } else if (mine.effect === null) {
      const { op } = history[mine.at] as Call<AnyOp, Json>;
      const next = specification.apply(state, op)[0];
      if (next === undefined) throw new Error('the objects of these tests are total');
      ({ state } = next);
      mine.effect = { result: next.result };
    } else {
      running.delete(task);
      if (rng.next(12) === 0) continue;
      const call = history[mine.at] as Call<AnyOp, Json>;
      const result = rng.next(6) === 0 ? another(mine.effect.result, rng) : mine.effect.result;
      history[mine.at] = { ...call, returned: now, result };
    }
  }
  return { specification, history: wellFormed(history) };
}

interface Running {
  readonly at: number;
  effect: { readonly result: Json } | null;
}

function another(result: Json, rng: Rng): Json {
  if (typeof result === 'boolean') return !result;
  return rng.next(3);
}

/** A task whose call never returned does nothing more: what it did then is another task's. */
function wellFormed(history: History<AnyOp, Json>): History<AnyOp, Json> {
  const gone = new Map<string, number>();
  return history.map((call) => {
    const lives = gone.get(call.task) ?? 0;
    if (call.returned === null) gone.set(call.task, lives + 1);
    return lives === 0 ? call : { ...call, task: `${call.task}.${lives}` };
  });
}
