// Specifications and machines are two views of one thing: a specification's operation is a machine of
// one step, and a machine's operation that runs to its end is a specification's.

import type { Outcome } from '../../engine/runtime/index.ts';
import type { Keyed } from '../canon.ts';
import type { InFlight, Machines } from '../configurations.ts';
import { type OfOp, whole } from './atomic.ts';
import type { Specification } from './specification.ts';

/** The state of a specification, with its key. */
export interface KeyedState<S> extends Keyed {
  readonly state: S;
}

/** A call of a specification's operation: it has not taken effect, or it is done. */
export interface OneStep<O, R> extends InFlight<R> {
  readonly op: O;
}

/** Results in a box: `null` is a result like any other. */
export interface Boxed<R> {
  readonly value: R;
}

/** `seen`: the specification's result that an operation's outcome stands for. */
export function machinesOf<S, O, R>(
  { apply, key, explains }: Specification<S, O, R>,
  seen: (outcome: Outcome) => R,
): Machines<KeyedState<S>, OneStep<O, Boxed<R>>, Boxed<R>> {
  return {
    explains: ({ value }, outcome) => explains(value, seen(outcome)),
    advance: ({ state }, { op, fault }) =>
      apply(state, op).map((next) => ({
        state: keyed(key, next.state),
        pending: {
          op,
          fault,
          done: { value: next.result },
          key: `${keyOf(op)} done ${keyOf(next.result)}`,
        },
      })),
  };
}

const keyOf = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

export const keyed = <S>(key: (state: S) => string, state: S): KeyedState<S> => ({
  state,
  key: key(state),
});

export const beginning = <O, D>(op: O): OneStep<O, D> => ({
  op,
  done: null,
  fault: null,
  key: keyOf(op),
});

/** Results of machines and of kernels: the former may leave open what the latter say. */
type Told<D> = D | Outcome;

/** Whole operations of the machines, begun by `begin` in the state `initial`. */
export function specificationOf<S extends Keyed, P extends InFlight<D> & OfOp, D, O>(
  machines: Machines<S, P, D>,
  begin: (op: O) => P,
  initial: S,
): Specification<S, O, Told<D>> {
  return {
    initial,
    apply: (state, op) =>
      whole(machines, state, begin(op)).map((next) => ({
        state: next.state,
        result: next.pending.done as D,
      })),
    key: ({ key }) => key,
    explains: (possible, seen) =>
      JSON.stringify(possible) === JSON.stringify(seen) ||
      machines.explains(possible as D, seen as Outcome),
  };
}
