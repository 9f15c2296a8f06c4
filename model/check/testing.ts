// Small machines whose graphs can be worked out by hand, and how tests read runs. Not part of the entry.
import { type AnyStateMachine, assign, createMachine, setup } from 'xstate';
import { checkModel, type ModelResult } from './check.ts';
import { type MachineOptions, modelOf, type Parts, productOf } from './model.ts';
import type { PropertyResult } from './judge.ts';

/** red → green → yellow → red by TICK; BREAK from anywhere to a state that nothing leaves. */
export const light = createMachine({
  id: 'light',
  initial: 'red',
  states: {
    red: { on: { TICK: 'green', BREAK: 'dark' } },
    green: { on: { TICK: 'yellow', BREAK: 'dark' } },
    yellow: { on: { TICK: 'red', BREAK: 'dark' } },
    dark: {},
  },
});

/** Counts without end. */
export const counter = setup({
  types: { context: {} as { n: number }, events: {} as { type: 'UP' | 'DOWN' } },
  guards: { positive: ({ context }) => context.n > 0 },
  actions: {
    up: assign({ n: ({ context }) => context.n + 1 }),
    down: assign({ n: ({ context }) => context.n - 1 }),
  },
}).createMachine({
  id: 'counter',
  context: { n: 0 },
  initial: 'on',
  states: {
    on: { on: { UP: { actions: 'up' }, DOWN: { guard: 'positive', actions: 'down' } } },
  },
});

/** A driver's request: sent again whenever it is late. */
export const request = createMachine({
  id: 'request',
  initial: 'idle',
  states: {
    idle: { on: { SUBMIT: 'waiting' } },
    waiting: { on: { COMPLETE: 'idle', TIME_OUT: 'late' } },
    late: { on: { RESUBMIT: 'waiting' } },
  },
});

/** The states of a run: `idle SUBMIT waiting (TIME_OUT late RESUBMIT waiting)`; `.` where it stops. */
export function runText({ trace }: Pick<PropertyResult<unknown>, 'trace'>): string {
  if (trace === null) return 'none';
  const text = (steps: readonly { readonly eventText: string; readonly stateText: string }[]) =>
    steps.map(({ eventText, stateText }) => `${eventText} ${stateText}`);
  const loop = trace.loop === null ? [] : [`(${text(trace.loop).join(' ')})`];
  const end = trace.rest === null ? '' : '.';
  return [trace.initial.stateText, ...text(trace.steps), ...loop].join(' ') + end;
}

export const propertyOf = (result: ModelResult<unknown>, name: string) =>
  result.properties.find((property) => property.name === name) as PropertyResult<unknown>;

export const sizeOf = ({ states, steps, depth }: ModelResult<unknown>) => ({
  states,
  steps,
  depth,
});

export const check = <M extends AnyStateMachine>(machine: M, options?: MachineOptions<M>) =>
  checkModel(modelOf(machine, options));

export const checkProduct = <const P extends Parts>(
  parts: P,
  options: Parameters<typeof productOf<P>>[1],
) => checkModel(productOf(parts, options));
