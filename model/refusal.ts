// What every machine of the specification promises of its answers, as properties of its steps.
import type { AnyMachineSnapshot, AnyStateMachine, SnapshotFrom } from 'xstate';
import {
  alwaysStep,
  type AnyModel,
  type Asked,
  type MachineOptions,
  type Property,
} from './check/index.ts';
import { readActions } from './compile.ts';
import { keyOf } from './check/key.ts';

const same = (a: AnyMachineSnapshot, b: AnyMachineSnapshot) =>
  a.value === b.value && keyOf(a.context, 'context') === keyOf(b.context, 'context');

export const refusalsChangeNothing = alwaysStep<AnyMachineSnapshot>(
  'a refusal changes nothing',
  ({ before, after, actions }) => readActions(actions).ret >= 0 || same(before, after),
);

export const answersOnce = alwaysStep<AnyMachineSnapshot>(
  'every event is answered once',
  ({ actions }) => actions.filter(({ type }) => type === 'answer').length === 1,
);

/** A model of the specification: with its own properties it has those of its answers. */
export function specified<M extends AnyStateMachine>(
  machine: M,
  { properties = [], ...options }: MachineOptions<M>,
): AnyModel {
  const answers = [refusalsChangeNothing, answersOnce] as readonly Property<SnapshotFrom<M>>[];
  const all: Asked<SnapshotFrom<M>> = { properties: [...answers, ...properties] };
  return { ...options, ...all, machine };
}
