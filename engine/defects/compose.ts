// Puts a kernel together: the steps of its parts in one object, with the steps of deltas in place of the
// reference's. Every system's kernel is made here; what the steps are is no matter of this file.

import type { Delta } from './define.ts';

type Steps = Record<string, unknown>;
type OnDelta = ((id: string) => void) | null;

/** Two deltas of one revision replace the same step: which one should count is undefined. */
export class ConflictingDeltas extends Error {
  constructor(step: string, first: string, second: string) {
    super(`${first} and ${second} both replace ${step}; put them in different revisions`);
    this.name = 'ConflictingDeltas';
  }
}

/** Two parts of a kernel have a step of the same name: one would silently count for both. */
export class StepTwice extends Error {
  constructor(step: string) {
    super(`two parts of one kernel have a step ${step}; steps are named once in a kernel`);
    this.name = 'StepTwice';
  }
}

/** A kernel with these fields (its world) in a revision of these deltas. */
export type Compose<K extends object> = (
  fields: object,
  deltas: readonly Delta<K>[],
  onDelta: OnDelta,
) => K;

/**
 * Composes kernels of these parts, which are classes that are only tables of steps. `onDelta` of a
 * kernel is told each time a delta's code runs in it.
 */
export function composeKernel<K extends object>(
  parts: readonly { readonly prototype: object }[],
): Compose<K> {
  const reference = referenceSteps(parts);
  const known = new WeakMap<readonly Delta<K>[], Steps>();
  return (fields, deltas, onDelta) => {
    let steps = onDelta === null ? known.get(deltas) : stepsOf(reference, deltas, onDelta);
    if (steps === undefined) known.set(deltas, (steps = stepsOf(reference, deltas, null)));
    return Object.assign(Object.create(steps) as K, fields);
  };
}

/** The steps of the reference engine by name: right by construction, no defect anywhere. */
function referenceSteps(parts: readonly { readonly prototype: object }[]): Readonly<Steps> {
  const steps: Steps = {};
  for (const { prototype } of parts)
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (name === 'constructor') continue;
      if (Object.hasOwn(steps, name)) throw new StepTwice(name);
      steps[name] = (prototype as Steps)[name];
    }
  return steps;
}

function stepsOf<K>(
  reference: Readonly<Steps>,
  deltas: readonly Delta<K>[],
  onDelta: OnDelta,
): Steps {
  const owner = new Map<string, string>();
  const steps: Steps = { ...reference };
  for (const delta of deltas) {
    for (const [name, replacement] of Object.entries(delta.steps)) {
      const other = owner.get(name);
      if (other !== undefined) throw new ConflictingDeltas(name, other, delta.id);
      owner.set(name, delta.id);
      steps[name] = onDelta === null ? replacement : observed(replacement, delta.id, onDelta);
    }
  }
  return steps;
}

function observed(step: unknown, id: string, onDelta: (id: string) => void) {
  return function (this: unknown, ...args: unknown[]): unknown {
    onDelta(id);
    return (step as (...args: unknown[]) => unknown).apply(this, args);
  };
}
