// Judges programs by a specification while a search or a run goes on: the listener of an executor whose
// every operation is to be linearizable.

import {
  type Executor,
  type Listener,
  type Outcome,
  type Task,
  Violation,
} from '../../engine/runtime/index.ts';
import type { Followed } from '../configurations.ts';
import { Orders } from './follow.ts';
import {
  beginning,
  type Boxed,
  keyed,
  type KeyedState,
  machinesOf,
  type OneStep,
} from './machines.ts';
import type { Specification } from './specification.ts';

export class LinearizabilityListener<S, O, R> implements Listener {
  private readonly calls: readonly (readonly Followed<OneStep<O, Boxed<R>>>[])[];
  private readonly orders: Orders<KeyedState<S>, OneStep<O, Boxed<R>>, Boxed<R>>;

  /** `ops`: of each task of the executor, in order. `seen`: what an outcome says as a result. */
  constructor(
    executor: Executor,
    specification: Specification<S, O, R>,
    ops: readonly (readonly O[])[],
    seen: (outcome: Outcome) => R,
  ) {
    let id = 0;
    this.calls = ops.map((list, task) =>
      list.map((op) => ({ id: id++, task, pending: beginning<O, Boxed<R>>(op) })),
    );
    const { key, initial } = specification;
    const machines = machinesOf(specification, seen);
    const { heap, tasks } = executor;
    this.orders = new Orders(heap, machines, keyed(key, initial), tasks.length);
  }

  onBegin(task: Task): void {
    const call = this.calls[task.id]?.[task.node.opIndex];
    if (call !== undefined) this.orders.begin(call);
  }

  onEnd(task: Task, result: Outcome, opIndex: number): void {
    const call = this.calls[task.id]?.[opIndex];
    if (call === undefined) return;
    const possible = this.orders.end(call, result, '');
    if (possible === null) return;
    const { op } = call.pending;
    const text = `${JSON.stringify(op)} of ${task.label} returned ${JSON.stringify(result)}`;
    const results = possible.map(({ value }) => JSON.stringify(value));
    const rest = [...new Set(results)].sort().join(' or ') || 'nothing';
    throw new Violation(linearizable, text, `${text}; an order of whole calls gives ${rest}`);
  }
}

/** The property's name in violations. */
export const linearizable = 'linearizability';
