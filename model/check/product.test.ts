// Machines side by side: counts of interleavings, rendezvous on shared events, and properties of tuples.
import { type AnyStateMachine, createMachine } from 'xstate';
import { expect, test } from 'vitest';
import { always, canAlways, eventually } from './property.ts';
import { checkProduct, light, propertyOf, request, runText, sizeOf } from './testing.ts';

const requests = { one: { machine: request }, two: { machine: request } };

test('interleaved: all pairs, and the steps of each part from each', () => {
  const result = checkProduct(requests, {});
  // 3 × 3 pairs; a request has 4 steps, each with 3 states of the other, twice.
  expect(sizeOf(result)).toEqual({ states: 9, steps: 24, depth: 4 });
  expect(result.verdict).toBe('holds');
});

const device = createMachine({
  initial: 'ready',
  states: { ready: { on: { SUBMIT: 'busy' } }, busy: { on: { COMPLETE: 'ready' } } },
});

test('shared events are taken together or not at all', () => {
  const result = checkProduct(
    { driver: { machine: request }, device: { machine: device } },
    {
      sync: ['SUBMIT', 'COMPLETE'],
      properties: [
        always(
          'the device is busy until the driver is idle',
          ({ driver, device }) => (driver.value === 'idle') === (device.value === 'ready'),
        ),
        canAlways('the driver can be idle', 'driver.idle'),
      ],
    },
  );
  // idle ready, waiting busy, late busy; SUBMIT, COMPLETE, TIME_OUT, RESUBMIT.
  expect(sizeOf(result)).toEqual({ states: 3, steps: 4, depth: 2 });
  expect(result.verdict).toBe('holds');
});

test('without the sharing the same property fails, at the first event', () => {
  const result = checkProduct(
    { driver: { machine: request }, device: { machine: device } },
    {
      properties: [
        always(
          'in step',
          ({ driver, device }) => (driver.value === 'idle') === (device.value === 'ready'),
        ),
      ],
    },
  );
  expect(sizeOf(result).states).toBe(6);
  expect(runText(propertyOf(result, 'in step'))).toBe(
    'driver: idle ∥ device: ready driver: SUBMIT driver: waiting ∥ device: ready',
  );
});

const stopper = createMachine({
  initial: 'on',
  states: { on: { on: { TIME_OUT: 'off' } }, off: {} },
});

test('fairness of a part, and a loop of one part around which the other is fair', () => {
  const run = (fairness: 'each-type' | readonly string[]) =>
    runText(
      propertyOf(
        checkProduct(
          { one: { machine: request }, stop: { machine: stopper } },
          { properties: [eventually('it stops', 'stop.off', fairness)] },
        ),
        'it stops',
      ),
    );
  expect(run('each-type')).toBe('none');
  expect(run(['stop.TIME_OUT'])).toBe('none');
  // Weakly fair as one set: TIME_OUT of either will do, and that of the request is taken.
  expect(run(['TIME_OUT'])).toContain('(one: TIME_OUT one: late');
  expect(run(['one.TIME_OUT'])).toBe(
    'one: idle ∥ stop: on (one: SUBMIT one: waiting ∥ stop: on one: COMPLETE one: idle ∥ stop: on)',
  );
});

test('a joint event that one part never offers is never taken, in both parts', () => {
  const never = createMachine({ initial: 'a', states: { a: {}, b: { on: { COMPLETE: 'a' } } } });
  const { coverage } = checkProduct(
    { driver: { machine: request }, other: { machine: never } },
    { sync: ['COMPLETE'], unused: { 'other: b': 'planted' } },
  );
  expect(coverage.neverTaken).toEqual(['driver: waiting COMPLETE', 'other: b COMPLETE']);
  expect(coverage.excused).toEqual([{ name: 'other: b', reason: 'planted' }]);
});

test('rest: final only if all parts are', () => {
  const ends = createMachine({
    initial: 'a',
    states: { a: { on: { END: 'b' } }, b: { type: 'final' } },
  });
  const rests = (other: AnyStateMachine) =>
    checkProduct({ one: { machine: ends }, two: { machine: other } }, {}).terminal;
  expect(rests(ends)).toEqual([{ state: 'one: b ∥ two: b', rest: 'final' }]);
  expect(rests(light)).toEqual([{ state: 'one: b ∥ two: dark', rest: 'no event is handled' }]);
});

test('what is not shared is refused', () => {
  const parts = { one: { machine: request }, two: { machine: light } };
  const shared = (type: string) => checkProduct(parts, { sync: [type] });
  expect(() => shared('SUBMIT')).toThrow("the shared event 'SUBMIT' is handled by one alone");
  expect(() => shared('NONE')).toThrow('by no machine');
  const variants = {
    one: { machine: request, events: [{ type: 'SUBMIT', n: 1 }] },
    two: { machine: request },
  };
  expect(() => checkProduct(variants, { sync: ['SUBMIT'] })).toThrow('is not among the events of');
  expect(() => checkProduct({ 'a.b': { machine: request } }, {})).toThrow('no dots');
  expect(() => checkProduct({}, {})).toThrow('no machines');
});
