// Each kind of property on machines in which an error is planted: the verdict, and the shortest run.
import { type AnyStateMachine, assign, createMachine, setup } from 'xstate';
import { describe, expect, test } from 'vitest';
import {
  always,
  alwaysStep,
  canAlways,
  eventually,
  leadsTo,
  type Property,
  sometimes,
} from './property.ts';
import { check, light, propertyOf, request, runText } from './testing.ts';

const judged = (machine: AnyStateMachine, property: Property<unknown>) => {
  const result = check(machine, { properties: [property] });
  return propertyOf(result, property.name);
};

describe('states and steps', () => {
  test('always: the shortest run to a state that is not so', () => {
    const bad = judged(
      light,
      always('no yellow', (s) => (s as { value: string }).value !== 'yellow'),
    );
    expect(bad.verdict).toBe('violated');
    expect(runText(bad)).toBe('red TICK green TICK yellow');
    expect(
      judged(
        light,
        always('any', () => true),
      ).why,
    ).toBe('in all 4 states');
  });

  test('sometimes: a witness, or a failure', () => {
    const found = judged(light, sometimes('yellow', 'yellow'));
    expect([found.verdict, runText(found)]).toEqual(['holds', 'red TICK green TICK yellow']);
    const never = judged(
      light,
      sometimes('never', () => false),
    );
    expect([never.verdict, never.why]).toEqual(['violated', 'none of 4 states is so']);
  });

  test('alwaysStep: the first step that is not so, with its actions', () => {
    const pump = setup({
      types: { context: {} as { litres: number } },
      actions: {
        fill: assign({ litres: ({ context }) => (context.litres + 1) % 4 }),
        ring: () => {},
      },
    }).createMachine({
      context: { litres: 0 },
      initial: 'on',
      states: {
        on: {
          on: {
            STROKE: [
              { guard: ({ context }) => context.litres === 3, actions: ['fill', 'ring'] },
              { actions: 'fill' },
            ],
          },
        },
      },
    });
    const result = check(pump, {
      properties: [
        alwaysStep(
          'it never empties',
          ({ before, after }) => after.context.litres > before.context.litres,
        ),
        alwaysStep(
          'it rings when it is emptied',
          ({ after, actions }) =>
            (after.context.litres === 0) === actions.some(({ type }) => type === 'ring'),
        ),
      ],
    });
    expect(propertyOf(result, 'it never empties').trace?.steps).toHaveLength(4);
    expect(propertyOf(result, 'it rings when it is emptied').verdict).toBe('holds');
  });

  test('canAlways: the nearest state from which it is too late', () => {
    const late = judged(light, canAlways('red again', 'red'));
    expect([late.verdict, runText(late)]).toEqual(['violated', 'red BREAK dark']);
    expect(judged(request, canAlways('idle again', 'idle')).verdict).toBe('holds');
  });
});

describe('runs', () => {
  test('a run that stops before it', () => {
    const stops = judged(light, eventually('yellow', 'yellow'));
    expect(runText(stops)).toBe('red BREAK dark.');
    expect(stops.why).toBe('the run never comes to such a state: it stops');
  });

  test('a run that goes round for ever', () => {
    const round = judged(request, eventually('late', 'late'));
    expect(runText(round)).toBe('idle (SUBMIT waiting COMPLETE idle)');
    expect(judged(request, eventually('waiting', 'waiting')).verdict).toBe('holds');
  });

  test('leadsTo asks after every occurrence, not only the first', () => {
    const again = judged(light, leadsTo('green to yellow', 'green', 'yellow'));
    expect(runText(again)).toBe('red TICK green BREAK dark.');
    expect(judged(light, leadsTo('dark to dark', 'dark', 'dark')).verdict).toBe('holds');
  });

  test('vacuity is told', () => {
    const { verdict, why } = judged(
      light,
      leadsTo('nothing', () => false, 'red'),
    );
    expect(verdict).toBe('holds');
    expect(why).toContain('vacuously');
  });
});

describe('weak fairness', () => {
  const completed = (fairness?: Parameters<typeof leadsTo>[3]) =>
    judged(request, leadsTo('completed', 'waiting', 'idle', fairness));

  test('what is refused now and then need not happen, however fair', () => {
    // COMPLETE is not handled while the request is late: weak fairness does not force it.
    expect(runText(completed('each-type'))).toBe(
      'idle SUBMIT waiting (TIME_OUT late RESUBMIT waiting)',
    );
  });

  const worker = createMachine({
    initial: 'idle',
    states: {
      idle: { on: { START: 'busy', POLL: 'idle' } },
      busy: { on: { POLL: 'busy', PEEK: 'busy', DONE: 'idle' } },
    },
  });
  const done = (fairness?: Parameters<typeof leadsTo>[3]) =>
    propertyOf(check(worker, { properties: [leadsTo('done', 'busy', 'idle', fairness)] }), 'done');

  test('what is handled all the time must happen', () => {
    expect(runText(done())).toBe('idle START busy (POLL busy)');
    expect(done(['DONE']).verdict).toBe('holds');
    expect(done('each-type').verdict).toBe('holds');
    expect(done(['DONE']).fair).toEqual(['DONE']);
  });

  test('a named set is fair as one: any of it will do', () => {
    const either = done([{ name: 'progress', events: ['DONE', { type: 'PEEK' }] }]);
    expect(runText(either)).toBe('idle START busy (PEEK busy)');
    expect(either.fair).toEqual(['progress']);
  });

  test('a loop meets every fair set', () => {
    expect(runText(done(['POLL', 'PEEK']))).toBe('idle START busy (POLL busy PEEK busy)');
  });

  test('an unfair loop does not hide a fair one elsewhere', () => {
    const machine = createMachine({
      initial: 'a',
      states: {
        a: { on: { SPIN: 'a', GO: 'b' } },
        b: { on: { SPIN: 'b' } },
      },
    });
    const result = check(machine, {
      fairness: ['GO'],
      properties: [eventually('never', () => false), eventually('b', 'b')],
    });
    expect(runText(propertyOf(result, 'never'))).toBe('a GO b (SPIN b)');
    expect(propertyOf(result, 'b').verdict).toBe('holds');
  });

  test('a long way round is found without a deep stack', () => {
    const size = 30_000;
    const ring = setup({ types: { context: {} as { n: number } } }).createMachine({
      context: { n: 0 },
      initial: 'on',
      states: {
        on: {
          on: { NEXT: { actions: assign({ n: ({ context }) => (context.n + 1) % size }) } },
        },
      },
    });
    const result = check(ring, { properties: [eventually('never', () => false, 'each-type')] });
    expect(propertyOf(result, 'never').trace?.loop).toHaveLength(size);
  });
});

describe('what is wrong with a property', () => {
  test('a state, an event that there is not, a predicate that throws', () => {
    expect(() => judged(light, always('p', 'blue'))).toThrow(
      "property 'p' speaks of a state 'blue' that there is not",
    );
    expect(() => judged(light, eventually('p', 'red', ['TOCK']))).toThrow(
      'fairness names an event that there is not: TOCK',
    );
    const throws = () => {
      throw new Error('no such field');
    };
    expect(() => judged(light, always('p', throws))).toThrow("property 'p' throws at red");
    expect(() => judged(light, alwaysStep('p', throws))).toThrow("property 'p' throws at TICK");
  });
});
