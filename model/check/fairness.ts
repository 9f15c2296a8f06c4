// Fairness resolved against an alphabet: sets of labels that must not be passed over for ever.
import { ModelError } from './errors.ts';
import { keyOf } from './key.ts';
import type { FairEvents, Fairness } from './property.ts';
import type { Label } from './system.ts';

export interface FairSet {
  readonly name: string;
  /** 1 for the labels in the set. */
  readonly labels: Uint8Array;
}

/** @throws ModelError if an event is not one of the alphabet. */
export function fairSets(labels: readonly Label[], fairness: Fairness = []): readonly FairSet[] {
  if (fairness === 'each-type') {
    // In a product a type of each part is a set of its own.
    const names = new Set(labels.map((label) => label.names.at(-1) as string));
    return [...names].map((name) => resolve(labels, name));
  }
  return fairness.map((events) => resolve(labels, events));
}

function resolve(labels: readonly Label[], fair: FairEvents): FairSet {
  const { name, events } = typeof fair === 'string' ? { name: fair, events: [fair] } : fair;
  const set = new Uint8Array(labels.length);
  for (const event of events) {
    const isMeant =
      typeof event === 'string'
        ? (label: Label) => label.names.includes(event)
        : (label: Label) => keyOf(label.event, 'event') === keyOf(event, 'event');
    const meant = labels.flatMap((label, i) => (isMeant(label) ? [i] : []));
    if (meant.length === 0)
      throw new ModelError(
        `fairness names an event that there is not: ${typeof event === 'string' ? event : keyOf(event, 'event')}`,
        `events: ${[...new Set(labels.flatMap((label) => label.names))].join(', ')}`,
      );
    for (const i of meant) set[i] = 1;
  }
  return { name, labels: set };
}
