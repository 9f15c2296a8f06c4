// What XState machines may have, seen as systems: nested and parallel states, history, eventless and raised
// transitions, delays, invoked actors, forbidden events. The steps are XState's own.
import {
  type AnyStateMachine,
  assign,
  createMachine,
  fromPromise,
  getNextSnapshot,
  initialTransition,
  raise,
  transition,
} from 'xstate';
import { describe, expect, test } from 'vitest';
import { bundledModels } from '../models.ts';
import { derivedEvents } from './events.ts';
import { canAlways } from './property.ts';
import { Stepper } from './stepper.ts';
import { check, counter, runText, propertyOf, sizeOf } from './testing.ts';
import { snapshotText } from './text.ts';

const never = (machine: AnyStateMachine) => {
  const { neverEntered, neverTaken } = check(machine).coverage;
  return { neverEntered, neverTaken };
};

test.each(Object.entries(bundledModels))('%s steps as XState steps', (_, model) => {
  const parts = 'machines' in model ? Object.values(model.machines) : [model];
  for (const { machine, inputs = [undefined], events = derivedEvents(machine) } of parts) {
    const stepper = new Stepper(machine);
    for (const input of inputs) {
      let own = stepper.initial(input).snapshot;
      let [theirs] = initialTransition(machine, input);
      for (const event of [...events, ...events]) {
        if (!machine.getTransitionData(theirs, event).length) continue;
        const step = stepper.step(own, event);
        const [next, actions] = transition(machine, theirs, event);
        expect(snapshotText(step.snapshot)).toBe(snapshotText(next));
        expect(step.actions).toEqual(actions.map(({ type, params }) => ({ type, params })));
        expect(step.handled).toBe(theirs.can(event));
        [own, theirs] = [step.snapshot, getNextSnapshot(machine, theirs, event)];
      }
    }
  }
});

describe('coverage', () => {
  const machine = createMachine({
    id: 'door',
    initial: 'shut',
    states: {
      shut: { on: { OPEN: [{ guard: () => false, target: 'stuck' }, 'open'] } },
      open: {
        on: { SHUT: 'shut', LOCK: { guard: ({ context }) => context === null, target: 'locked' } },
      },
      locked: { on: { UNLOCK: 'shut' } },
      stuck: {},
    },
  });

  test('dead states and transitions are named', () => {
    expect(never(machine)).toEqual({
      neverEntered: ['locked', 'stuck'],
      neverTaken: ['shut OPEN #0', 'open LOCK', 'locked UNLOCK'],
    });
    expect(check(machine).verdict).toBe('violated');
  });

  test('they can be excused with a reason, but not if they are used', () => {
    const unused = {
      locked: 'a',
      stuck: 'b',
      'shut OPEN #0': 'c',
      'open LOCK': 'd',
      'locked UNLOCK': 'e',
    };
    expect(check(machine, { unused }).verdict).toBe('holds');
    const idle = check(machine, { unused: { ...unused, 'open SHUT': 'f' } });
    expect(idle.verdict).toBe('violated');
    expect(idle.coverage.idleExcuses).toEqual(['open SHUT']);
    expect(() => check(machine, { unused: { ajar: 'g' } })).toThrow("unused names 'ajar'");
  });

  test('within a bound, what was not reached may yet be', () => {
    const { coverage } = check(counter, { maxStates: 1 });
    expect(coverage).toMatchObject({ verdict: 'inconclusive', neverTaken: ['on DOWN'] });
  });
});

describe('the language of machines', () => {
  test('eventless and raised transitions are taken on the way, and passed states entered', () => {
    const machine = createMachine({
      initial: 'a',
      states: {
        a: { on: { GO: { target: 'b', actions: raise({ type: 'THEN' }) } } },
        b: { on: { THEN: 'c' } },
        c: { always: [{ guard: () => false, target: 'a' }, { target: 'd' }] },
        d: {},
      },
    });
    expect(sizeOf(check(machine, { events: [{ type: 'GO' }] }))).toEqual({
      states: 2,
      steps: 1,
      depth: 1,
    });
    expect(never(machine)).toEqual({ neverEntered: [], neverTaken: ['c always #0'] });
  });

  test('an event that several regions take is one step, of all their transitions', () => {
    const region = { initial: 'off', states: { off: { on: { FLIP: 'on' } }, on: {} } };
    const machine = createMachine({ type: 'parallel', states: { left: region, right: region } });
    expect(sizeOf(check(machine))).toEqual({ states: 2, steps: 1, depth: 1 });
    expect(never(machine)).toEqual({ neverEntered: [], neverTaken: [] });
  });

  test('an endless eventless loop is an error, not an endless run', () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { on: { GO: 'b' } }, b: { always: 'c' }, c: { always: 'b' } },
    });
    expect(() => check(machine)).toThrow('throws at event GO in a');
  });

  test('what a history state remembers is part of the state', () => {
    const machine = createMachine({
      initial: 'on',
      states: {
        on: {
          initial: 'low',
          states: {
            low: { on: { SWITCH: 'high' } },
            high: { on: { SWITCH: 'low' } },
            h: { history: true },
          },
          on: { OFF: 'off' },
        },
        off: { on: { ON: 'on.h' } },
      },
    });
    // low and high, each with nothing, low or high remembered where that can be; off after either.
    const result = check(machine, { properties: [canAlways('low', 'on.low')] });
    expect(result.verdict).toBe('holds');
    expect(result.states).toBe(8);
    expect(never(machine)).toEqual({ neverEntered: [], neverTaken: [] });
  });

  test('delays may run out at any time, invoked actors end either way', () => {
    const machine = createMachine({
      id: 'call',
      initial: 'waiting',
      states: {
        waiting: {
          after: { 1000: 'late' },
          invoke: {
            id: 'work',
            systemId: 'worker',
            src: fromPromise(async () => 1),
            onDone: 'done',
            onError: 'failed',
          },
        },
        late: { on: { RETRY: 'waiting' } },
        failed: { on: { RETRY: 'waiting' } },
        done: { type: 'final' },
      },
    });
    const result = check(machine);
    expect(sizeOf(result)).toEqual({ states: 4, steps: 5, depth: 1 });
    expect(never(machine)).toEqual({ neverEntered: [], neverTaken: [] });
  });

  test('an actor that fails where nobody handles it fails the machine', () => {
    const machine = createMachine({
      initial: 'waiting',
      states: { waiting: { invoke: { id: 'work', src: fromPromise(async () => 1) } } },
    });
    const result = check(machine, { events: [{ type: 'xstate.error.actor.work', error: 'lost' }] });
    expect(result.terminal).toEqual([{ state: 'waiting (error)', rest: 'error' }]);
  });

  test('an event that is forbidden, or that nothing handles, is no step', () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { on: { STOP: {} } }, b: {} },
      on: { STOP: '.b' },
    });
    const result = check(machine);
    expect(sizeOf(result)).toEqual({ states: 1, steps: 0, depth: 0 });
    expect(result.terminal).toEqual([{ state: 'a', rest: 'no event is handled' }]);
    expect(never(machine)).toEqual({ neverEntered: ['b'], neverTaken: ['(root) STOP'] });
  });

  test('states by name: parallel, nested', () => {
    const machine = createMachine({
      type: 'parallel',
      states: {
        left: { initial: 'up', states: { up: { on: { L: 'down' } }, down: {} } },
        right: { initial: 'up', states: { up: { on: { R: 'down' } }, down: {} } },
      },
    });
    const result = check(machine, { properties: [canAlways('left up', 'left.up')] });
    expect(runText(propertyOf(result, 'left up'))).toBe('left.up right.up L left.down right.up');
  });
});

describe('what is wrong with a machine', () => {
  const throwing = createMachine({
    id: 'm',
    context: { log: [] as string[] },
    initial: 'a',
    states: {
      a: { on: { GO: { guard: ({ event }) => event['by'].name === 'me', target: 'b' } } },
      b: {},
    },
  });

  test('a guard that throws names event and state, and asks for payloads', () => {
    expect(() => check(throwing)).toThrow("machine 'm' throws at event GO in a {log: []}");
  });

  test('a missing input, an unknown event, one given twice, code in the context', () => {
    const needs = createMachine({
      context: ({ input }) => ({ size: (input as { size: number }).size }),
    });
    expect(() => check(needs)).toThrow('has no initial state');
    expect(() => check(counter, { events: [{ type: 'LEFT' } as never] })).toThrow(
      "machine 'counter' handles no event 'LEFT'",
    );
    expect(() => check(counter, { events: [{ type: 'UP' }, { type: 'UP' }] })).toThrow(
      'given twice',
    );
    expect(() => check(counter, { events: ['UP' as never] })).toThrow('has no type: "UP"');
    const holder = createMachine({
      context: { f: null as null | (() => void) },
      on: { GO: { actions: assign({ f: () => () => {} }) } },
    });
    expect(() => check(holder)).toThrow('context.f is a function');
  });
});
