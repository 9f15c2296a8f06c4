// The harness judges and prints right; how fast anything is, no test says.

import { expect, test } from 'vitest';
import { measure, type Measurement, row, short } from './harness.ts';

test('numbers are short', () => {
  expect([0.5, 12, 999, 1000, 8_123_456, 2.5e9].map(short).join('  ')).toMatchInlineSnapshot(
    `"0.500  12.0  999  1.00 k  8.12 M  2.50 G"`,
  );
});

test('a size is measured once, against an upper limit', () => {
  let calls = 0;
  const run = () => 8 + calls++;
  const bench = { name: 'set', unit: 'bytes/state', kind: 'size', target: 16, run } as const;
  expect(measure(bench)).toMatchObject({ min: 8, median: 8, max: 8, repeats: 1, met: true });
  expect(calls).toBe(1);
});

test('a rate is warmed up and repeated', () => {
  let calls = 0;
  const run = () => ++calls;
  const bench = { name: 'walk', unit: 'steps/s', kind: 'rate', target: 0, run } as const;
  const measured = measure(bench);
  expect(measured).toMatchObject({ repeats: 5, met: true });
  expect(calls).toBe(7);
  expect(measured.min <= measured.median && measured.median <= measured.max).toBe(true);
});

test('a row says what was wanted, what was missed and what disturbed', () => {
  const rate: Measurement = {
    name: 'toy',
    unit: 'steps/s',
    kind: 'rate',
    target: 8e6,
    min: 6e6,
    median: 7e6,
    max: 9e6,
    repeats: 5,
    cores: 0.5,
    met: false,
  };
  const size: Measurement = { ...rate, kind: 'size', cores: 1, met: true, median: 12, target: 16 };
  expect([rate, size].map(row).join('\n')).toMatchInlineSnapshot(`
    "toy                                             7.00 M  steps/s        ≥ 8.00 M  (6.00 M … 9.00 M)       below target  (disturbed: 0.50 cores)
    toy                                               12.0  steps/s          ≤ 16.0  (6.00 M … 9.00 M)"
  `);
});
