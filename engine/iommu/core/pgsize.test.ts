// Greedy stepping: the vectors of spec/split-merge-dirty.md §8, and iommu_pgsize of spec/iommu-core.md §2.

import { expect, test } from 'vitest';
import { iommuPgsize } from './pgsize.ts';

const K4 = 0x1000;
const M2 = 0x200000;
const G1 = 0x40000000;
const sizes = [K4, M2, G1];

/** Each call of a driver: pages of which size, and how many. */
function calls(iova: number, pa: number, size: number): [pgsize: number, count: number][] {
  const made: [number, number][] = [];
  for (let done = 0; done < size; ) {
    const { pgsize, count } = iommuPgsize(sizes, iova + done, pa + done, size - done);
    made.push([pgsize, count]);
    done += pgsize * count;
  }
  return made;
}

test.each([
  [
    0x1ff000,
    0x402000,
    [
      [K4, 1],
      [M2, 2],
      [K4, 1],
    ],
  ],
  [
    0x0,
    0x40201000,
    [
      [G1, 1],
      [M2, 1],
      [K4, 1],
    ],
  ],
  [
    0x201000,
    0x3ff000,
    [
      [K4, 511],
      [M2, 1],
    ],
  ],
  [0x40000000, 0x3fe00000, [[M2, 511]]],
  [0x1000, 0x0, []],
] as const)('from %i, %i bytes', (start, size, expected) => {
  expect(calls(start, start, size)).toEqual(expected);
});

test('count form: iova and pa that are not congruent are one run of the small size', () => {
  expect(iommuPgsize(sizes, 0x1ff000, 0x3000, 0x402000)).toEqual({ pgsize: K4, count: 0x402 });
});

test('count form: congruent ones go up to the larger page', () => {
  expect(calls(0x1ff000, 0x1ff000, 0x402000)).toEqual([
    [K4, 1],
    [M2, 2],
    [K4, 1],
  ]);
});

test('a larger page that would reach beyond the end does not count', () => {
  // 4K before the boundary, but less than 2M after it: one run.
  expect(iommuPgsize(sizes, 0x1ff000, 0x1ff000, 0x100000)).toEqual({ pgsize: K4, count: 0x100 });
});

test('address 0 takes any size; the rest limits it', () => {
  expect(iommuPgsize(sizes, 0, 0, G1)).toEqual({ pgsize: G1, count: 1 });
  expect(iommuPgsize(sizes, 0, 0, G1 - K4)).toEqual({ pgsize: M2, count: 511 });
});

test('at the top of 64 bits nothing wraps: the distance is compared with what is left', () => {
  // real-bugs 13: offset + larger page overflowed. Addresses are exact multiples of 4K here.
  const top = 2 ** 64 - 2 ** 21;
  expect(iommuPgsize(sizes, top, top, M2)).toEqual({ pgsize: M2, count: 1 });
});
