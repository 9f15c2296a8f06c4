// What may be asked of a model. A run is a sequence of events that goes on as long as some event is
// handled; a run that stops, stops in a state where nothing is.
import type { EventObject } from 'xstate';
import type { Predicate } from './predicate.ts';
import type { Action } from './system.ts';

/**
 * Weak fairness: events that are handled in every state from some point on happen sooner or later. A
 * type stands for all its variants; a named set is fair as one. `each-type`: every type is fair.
 */
export type Fairness = 'each-type' | readonly FairEvents[];

export type FairEvents =
  | string
  | { readonly name: string; readonly events: readonly (string | EventObject)[] };

export interface Step<S> {
  readonly before: S;
  readonly event: EventObject;
  readonly after: S;
  readonly actions: readonly Action[];
}

export interface Named {
  readonly name: string;
  /** Instead of the model's. */
  readonly fairness?: Fairness;
}

export type Property<S> = Named &
  (
    | { readonly kind: 'always'; readonly holds: Predicate<S> }
    | { readonly kind: 'alwaysStep'; readonly holds: (step: Step<S>) => boolean }
    | { readonly kind: 'sometimes'; readonly holds: Predicate<S> }
    | { readonly kind: 'eventually'; readonly holds: Predicate<S> }
    | { readonly kind: 'leadsTo'; readonly from: Predicate<S>; readonly to: Predicate<S> }
    | { readonly kind: 'canAlways'; readonly goal: Predicate<S> }
  );

export type PropertyKind = Property<never>['kind'];

/** A property of one kind. */
export type Made<S, K extends PropertyKind> = Extract<Property<S>, { readonly kind: K }>;

/** An invariant: `holds` in every reachable state. */
export const always = <S>(name: string, holds: Predicate<S>): Made<S, 'always'> => ({
  kind: 'always',
  name,
  holds,
});

/** Every step from every reachable state is as `holds` says; also steps that change nothing. */
export const alwaysStep = <S>(
  name: string,
  holds: (step: Step<S>) => boolean,
): Made<S, 'alwaysStep'> => ({ kind: 'alwaysStep', name, holds });

/** Some reachable state is so: the witness is part of the result. */
export const sometimes = <S>(name: string, holds: Predicate<S>): Made<S, 'sometimes'> => ({
  kind: 'sometimes',
  name,
  holds,
});

/** Every fair run comes to such a state. */
export const eventually = <S>(
  name: string,
  holds: Predicate<S>,
  fairness?: Fairness,
): Made<S, 'eventually'> => ({
  kind: 'eventually',
  name,
  holds,
  ...(fairness && { fairness }),
});

/** After every state of `from`, every fair run comes to one of `to` (which may be the same state). */
export const leadsTo = <S>(
  name: string,
  from: Predicate<S>,
  to: Predicate<S>,
  fairness?: Fairness,
): Made<S, 'leadsTo'> => ({ kind: 'leadsTo', name, from, to, ...(fairness && { fairness }) });

/** From every reachable state some path leads to `goal`: it can always be released (AG EF goal). */
export const canAlways = <S>(name: string, goal: Predicate<S>): Made<S, 'canAlways'> => ({
  kind: 'canAlways',
  name,
  goal,
});
