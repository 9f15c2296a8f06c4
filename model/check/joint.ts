// The labels of a product: each part's own, and for each shared event one label in which all parts that
// know its type take part.
import { ModelError } from './errors.ts';
import { keyOf } from './key.ts';
import type { Label, System } from './system.ts';

/** Who takes part in a joint label, and by which of its own. */
export type Joint = readonly { readonly part: number; readonly label: number }[];

export interface JointLabel {
  readonly label: Label;
  readonly joint: Joint;
}

/** What a part does alone. Fairness may name it with its part or without. */
export function ownLabels<S>(
  name: string,
  system: System<S>,
  part: number,
  shared: readonly string[],
): JointLabel[] {
  return system.labels.flatMap(({ event, text }, label) => {
    if (shared.includes(event.type)) return [];
    const names = [event.type, `${name}.${event.type}`];
    return [{ label: { event, text: `${name}: ${text}`, names }, joint: [{ part, label }] }];
  });
}

/** @throws ModelError if fewer than two parts know the type, or a variant is not in all that do. */
export function sharedLabels<S>(
  names: readonly string[],
  parts: readonly System<S>[],
  type: string,
): JointLabel[] {
  const having = parts.flatMap(({ labels }, part) => {
    const byKey = new Map<string, number>();
    labels.forEach(({ event }, label) => {
      if (event.type === type) byKey.set(keyOf(event, `event ${type}`), label);
    });
    return byKey.size === 0 ? [] : [{ part, byKey }];
  });
  if (having.length < 2) throw notShared(type, having.map(({ part }) => names[part]).join());
  const who = having.map(({ part }) => names[part]).join('+');
  const keys = new Set(having.flatMap(({ byKey }) => [...byKey.keys()]));
  return [...keys].map((key) => {
    const joint = having.map(({ part, byKey }) => {
      const label = byKey.get(key);
      if (label === undefined) throw unknownVariant(key, names[part]);
      return { part, label };
    });
    const [{ part, label }] = joint as unknown as readonly [Joint[number]];
    const { event, text } = (parts[part] as System<S>).labels[label] as Label;
    return { label: { event, text: `${who}: ${text}`, names: [type] }, joint };
  });
}

const notShared = (type: string, alone: string) =>
  new ModelError(
    `the shared event '${type}' is handled by ${alone === '' ? 'no machine' : `${alone} alone`}`,
    'list under sync the types of events that two or more machines handle together',
  );

const unknownVariant = (key: string, name: string | undefined) =>
  new ModelError(
    `the shared event ${key} is not among the events of '${name}'`,
    'machines that share a type need the same variants of it, payload included, in their events',
  );
