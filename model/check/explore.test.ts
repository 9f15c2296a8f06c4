// Graphs whose states and steps can be counted by hand, and what bounds do to them.
import { createMachine } from 'xstate';
import { describe, expect, test } from 'vitest';
import { always, canAlways, eventually, sometimes } from './property.ts';
import { check, counter, light, propertyOf, runText, sizeOf } from './testing.ts';

describe('counted by hand', () => {
  test('three lights and the dark: TICK and BREAK from each light', () => {
    const result = check(light);
    expect(sizeOf(result)).toEqual({ states: 4, steps: 6, depth: 2 });
    expect(result.terminal).toEqual([{ state: 'dark', rest: 'no event is handled' }]);
    expect(result.verdict).toBe('holds');
  });

  test('two regions of 2 and 3 states: 6 states, a step of each region from each', () => {
    const ring = (n: number, event: string) =>
      Object.fromEntries(
        Array.from({ length: n }, (_, i) => [`s${i}`, { on: { [event]: `s${(i + 1) % n}` } }]),
      );
    const machine = createMachine({
      type: 'parallel',
      states: {
        a: { initial: 's0', states: ring(2, 'A') },
        b: { initial: 's0', states: ring(3, 'B') },
      },
    });
    expect(sizeOf(check(machine))).toEqual({ states: 6, steps: 12, depth: 3 });
  });

  test('a final state ends it', () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { on: { GO: 'end' } }, end: { type: 'final' } },
      on: { NEVER_LOST: {} },
    });
    const result = check(machine);
    expect(sizeOf(result)).toEqual({ states: 2, steps: 1, depth: 1 });
    expect(result.terminal).toEqual([{ state: 'end', rest: 'final' }]);
  });

  test('payload variants are events of their own, inputs roots of their own', () => {
    const machine = createMachine({
      context: ({ input }: { input: { size: number } }) => ({ size: input.size }),
      initial: 'empty',
      states: {
        empty: {
          on: {
            PUT: {
              guard: ({ context, event }) => event['n'] <= context.size,
              target: 'full',
            },
          },
        },
        full: { on: { TAKE: 'empty' } },
      },
    });
    const result = check(machine, {
      inputs: [{ size: 1 }, { size: 2 }],
      events: [{ type: 'PUT', n: 1 }, { type: 'PUT', n: 2 }, { type: 'TAKE' }],
    });
    // Two states for each size; of size 1 only PUT 1 is handled.
    expect(sizeOf(result)).toEqual({ states: 4, steps: 5, depth: 1 });
  });
});

describe('bounds', () => {
  const properties = [
    always<{ context: { n: number } }>('small', ({ context }) => context.n < 100),
    always<{ context: { n: number } }>('tiny', ({ context }) => context.n < 2),
    sometimes<{ context: { n: number } }>('two', ({ context }) => context.n === 2),
    sometimes<{ context: { n: number } }>('hundred', ({ context }) => context.n === 100),
    canAlways<{ context: { n: number } }>('back', ({ context }) => context.n === 0),
    canAlways<{ context: { n: number } }>('up', ({ context }) => context.n === 100),
    eventually<{ context: { n: number } }>('five', ({ context }) => context.n === 5),
  ];
  const verdicts = (bounds: object) =>
    Object.fromEntries(
      check(counter, { properties, ...bounds }).properties.map((p) => [p.name, p.verdict]),
    );
  const known = {
    small: 'inconclusive',
    // Violations and witnesses within the bound are real.
    tiny: 'violated',
    two: 'holds',
    hundred: 'inconclusive',
    back: 'inconclusive',
    up: 'inconclusive',
    five: 'violated',
  };

  test('a boundary cuts, is told, and never lets anything hold', () => {
    const result = check(counter, { boundary: ({ context }) => context.n <= 3 });
    expect(sizeOf(result)).toEqual({ states: 4, steps: 7, depth: 3 });
    expect(result.hit).toEqual([{ bound: 'boundary', states: 1 }]);
    expect(result.coverage.verdict).toBe('holds');
    expect(result.verdict).toBe('inconclusive');
    expect(verdicts({ boundary: (s: { context: { n: number } }) => s.context.n <= 3 })).toEqual(
      known,
    );
  });

  test('so does maxStates, by default 100 000', () => {
    const result = check(counter, { maxStates: 4 });
    expect(sizeOf(result)).toEqual({ states: 4, steps: 7, depth: 3 });
    expect(result.hit).toEqual([{ bound: 'maxStates', states: 1 }]);
    expect(verdicts({ maxStates: 4 })).toEqual(known);
    const unbounded = check(counter, { properties: [] });
    expect(unbounded.states).toBe(100_000);
    expect(unbounded.hit).toEqual([{ bound: 'maxStates', states: 1 }]);
  });

  test('a loop in what was explored is a real one', () => {
    const result = check(counter, {
      boundary: ({ context }) => context.n <= 3,
      properties: [eventually('five', ({ context }) => context.n === 5, 'each-type')],
    });
    expect(runText(propertyOf(result, 'five'))).toBe('on {n: 0} (UP on {n: 1} DOWN on {n: 0})');
  });

  test('a cut edge is a step that can be taken: its state does not rest', () => {
    const machine = createMachine({ initial: 'a', states: { a: { on: { GO: 'b' } }, b: {} } });
    const result = check(machine, {
      boundary: ({ value }) => value === 'a',
      properties: [eventually('b', 'b'), canAlways('b too', 'b')],
    });
    expect(result.terminal).toEqual([]);
    expect(result.properties.map(({ verdict }) => verdict)).toEqual([
      'inconclusive',
      'inconclusive',
    ]);
  });

  test('a state that is cut is counted once, however many steps lead to it', () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { on: { GO: 'b', JUMP: 'b', PAUSE: 'c' } }, b: {}, c: { on: { GO: 'b' } } },
    });
    const result = check(machine, { boundary: ({ value }) => value !== 'b' });
    expect(result.hit).toEqual([{ bound: 'boundary', states: 1 }]);
    expect(sizeOf(result)).toEqual({ states: 2, steps: 4, depth: 1 });
  });

  test('the boundary must leave the beginning', () => {
    expect(() => check(light, { boundary: () => false })).toThrow(
      'the boundary excludes the initial state red',
    );
  });
});
