// Machines without code: every answer of a guard is tried, also those of the first state; and what is
// exported as JSON is explored to the same states as the machine, or to more.
import { expect, test } from 'vitest';
import { toJson } from '../json.ts';
import { bundledModels } from '../models.ts';
import { checkModel } from './check.ts';
import { always, eventually } from './property.ts';
import { propertyOf, runText, sizeOf } from './testing.ts';
import { guardsAskedIn, modelOfJson } from './unknown-guards.ts';

const door = {
  id: 'door',
  initial: 'shut',
  states: {
    shut: {
      on: {
        OPEN: [
          { guard: 'broken', target: 'stuck' },
          { guard: 'unlocked', target: 'open' },
        ],
      },
    },
    open: { on: { SHUT: 'shut' } },
    stuck: {},
  },
};

test('each guard may hold or not: four answers to OPEN, one of which does nothing', () => {
  const model = modelOfJson(door);
  expect(guardsAskedIn(model)).toEqual(['broken', 'unlocked']);
  const result = checkModel({
    ...model,
    properties: [always('never stuck', ({ value }: { value: unknown }) => value !== 'stuck')],
  });
  // shut: stuck by two answers, open by one; open: SHUT.
  expect(sizeOf(result)).toEqual({ states: 3, steps: 4, depth: 1 });
  expect(runText(propertyOf(result, 'never stuck'))).toBe('shut OPEN [broken, not unlocked] stuck');
});

test('guards of eventless transitions are asked at every event, and at the beginning', () => {
  const config = {
    initial: 'a',
    states: {
      a: { always: { guard: 'ready', target: 'b' }, on: { GO: 'a' } },
      b: { on: { GO: 'a' } },
    },
  };
  const result = checkModel({
    ...modelOfJson(config),
    properties: [eventually('b', 'b', 'each-type')],
  });
  expect(sizeOf(result)).toEqual({ states: 2, steps: 4, depth: 0 });
  expect(runText(propertyOf(result, 'b'))).toBe('a (GO [not ready] a)');
});

test('the same guard with other parameters may answer otherwise', () => {
  const over = (n: number) => ({ guard: { type: 'over', params: { n } }, target: `s${n}` });
  const config = {
    initial: 's0',
    states: { s0: { on: { GO: [over(1), over(2)] } }, s1: {}, s2: {} },
  };
  expect(checkModel(modelOfJson(config)).states).toBe(3);
});

test('what is no configuration, or asks too many guards, is refused', () => {
  expect(() => modelOfJson([])).toThrow('no XState machine configuration');
  expect(() => modelOfJson({ states: { a: {} } })).toThrow('XState refuses');
  expect(() => modelOfJson({ initial: 'a', states: { a: { on: { GO: 'b' } } } })).toThrow(
    'XState refuses',
  );
  const many = Array.from({ length: 11 }, (_, i) => ({ guard: `g${i}`, target: 'a' }));
  expect(() => modelOfJson({ initial: 'a', states: { a: { on: { GO: many } } } })).toThrow(
    '11 guards may be asked at GO: too many to try every answer',
  );
});

const exported = Object.entries(bundledModels).flatMap(([name, model]) =>
  'machines' in model || name === 'container' ? [] : [[name, model.machine] as const],
);

test.each(exported)(
  '%s as JSON: the same states and transitions, all of them used',
  (_, machine) => {
    const { config, code } = toJson(machine);
    expect(code).toEqual(typeof machine.config.context === 'function' ? ['context'] : []);
    const again = checkModel(modelOfJson(JSON.parse(JSON.stringify(config))));
    expect(again.coverage.verdict).toBe('holds');
    expect(again.states).toBe(Object.keys(machine.states).length);
    expect(toJson(modelOfJson(config).machine).config).toEqual(config);
  },
);
