// An atomic specification from a step-wise one: an operation that promises atomicity goes from its call
// to its result in one step, whatever the machines make of it; the others keep their small steps.

import type { Keyed } from '../canon.ts';
import type { InFlight, Machines } from '../configurations.ts';

export interface OfOp {
  readonly op: object;
}

/** The machines as those see them who are promised that operations for which `isAtomic` are atomic. */
export function atomically<S extends Keyed, P extends InFlight<D> & OfOp, D>(
  machines: Machines<S, P, D>,
  isAtomic: (op: P['op']) => boolean,
): Machines<S, P, D> {
  return {
    explains: (done, result) => machines.explains(done, result),
    advance: (state, pending) =>
      isAtomic(pending.op) ? whole(machines, state, pending) : machines.advance(state, pending),
  };
}

/** Every way in which the operation may run from here to its end, with nobody else in between. */
export function whole<S extends Keyed, P extends InFlight<D>, D>(
  machines: Machines<S, P, D>,
  from: S,
  begun: P,
): { readonly state: S; readonly pending: P }[] {
  const seen = new Set<string>();
  const open = [{ state: from, pending: begun }];
  const ended: typeof open = [];
  for (const { state, pending } of open) {
    for (const next of machines.advance(state, pending)) {
      const key = `${next.state.key}|${next.pending.key}`;
      if (seen.has(key)) continue;
      seen.add(key);
      (next.pending.done === null ? open : ended).push(next);
    }
  }
  return ended;
}
