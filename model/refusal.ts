// What every machine of the specification promises of its answers, as properties of its steps.
import type { AnyMachineSnapshot } from 'xstate';
import { type AnyModel, alwaysStep, type MachineModel } from './check/index.ts';
import { readActions } from './compile.ts';
import { keyOf } from './check/key.ts';
import type { AnyStateMachine } from 'xstate';

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
export const specified = <M extends AnyStateMachine>(model: MachineModel<M>): AnyModel => ({
  ...model,
  properties: [refusalsChangeNothing, answersOnce, ...(model.properties ?? [])] as never,
});
