// What the explorer sees of a machine, or of several side by side: numbered states and labelled moves.
// A state is always the same number, so that everything above works on numbers.
import type { EventObject } from 'xstate';

export interface Label {
  readonly event: EventObject;
  readonly text: string;
  /** How fairness may name it: the event's type, and in a product also `part.TYPE`. */
  readonly names: readonly string[];
}

export interface Action {
  readonly type: string;
  readonly params?: unknown;
}

export interface Move {
  readonly to: number;
  readonly actions: readonly Action[];
  /** Transitions taken and states entered on the way, as the machine declares them. */
  readonly uses: readonly object[];
}

/** Why nothing happens in a state for ever. */
export type Rest = 'final' | 'error' | 'no event is handled';

export interface System<S> {
  readonly labels: readonly Label[];
  readonly roots: readonly Move[];
  /** Null where the machine ignores the event. */
  step(state: number, label: number): Move | null;
  snapshot(state: number): S;
  text(state: number): string;
  /** Of a state without moves. */
  rest(state: number): Rest;
  readonly declared: readonly Declared[];
}

/** A state or a transition as declared: `use` is the object that a move's `uses` has for it. */
export interface Declared {
  readonly kind: 'state' | 'transition';
  readonly name: string;
  readonly use: object;
}
