// Identity fill: spec/virtio-domain.md §3.

import { expect, test } from 'vitest';
import { identityGaps } from './identity.ts';

const gaps = (end: number, reserved: readonly { start: number; last: number }[] = [], start = 0) =>
  identityGaps({ aperture: { start, end } }, 0x10, reserved).map((m) => [m.start, m.last]);

test('all of the aperture, whole granules only', () => {
  expect(gaps(0xff)).toEqual([[0, 0xff]]);
  expect(gaps(0xf8)).toEqual([[0, 0xef]]);
  expect(gaps(0xff, [], 0x8)).toEqual([[0x10, 0xff]]);
});

test('reserved regions are left out, to whole granules', () => {
  const regions = [
    { start: 0x20, last: 0x2f },
    { start: 0x48, last: 0x52 },
  ];
  expect(gaps(0xff, regions)).toEqual([
    [0, 0x1f],
    [0x30, 0x3f],
    [0x60, 0xff],
  ]);
});

test('regions outside the aperture are skipped; one that reaches its end is the last', () => {
  expect(gaps(0xff, [{ start: 0x200, last: 0x2ff }])).toEqual([[0, 0xff]]);
  expect(gaps(0xff, [{ start: 0, last: 0xf }], 0x20)).toEqual([[0x20, 0xff]]);
  expect(gaps(0xff, [{ start: 0x80, last: 0x1ff }])).toEqual([[0, 0x7f]]);
  expect(gaps(0xff, [{ start: 0, last: 0xff }])).toEqual([]);
});

test('a mapping is to itself, to read and to write', () => {
  expect(identityGaps({ aperture: { start: 0, end: 0xff } }, 0x10, [])).toEqual([
    { start: 0, last: 0xff, phys: 0, flags: 3 },
  ]);
});
