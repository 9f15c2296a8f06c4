// Areas of an IOAS: IOAS_MAP and IOAS_UNMAP by the table of spec/iommu-core.md §6, S9 of §12, and what an
// unmap that fails has already done (§13).
import { expect, test } from 'vitest';
import { EBUSY, EEXIST, ENOENT } from '../errno.ts';
import { iommuOracle } from './oracle.ts';
import type { IommuModelState } from './state.ts';
import { host, PAGE, ways } from './testing.ts';
import type { KnownOp } from './vocabulary.ts';

const VA = 0x100000;
const topology = host('intel', { processes: [{ vmas: [{ start: VA, end: VA + 64 * PAGE }] }] });

const alloc: KnownOp = { op: 'ioas_alloc', ioas: 0 };
const map = (
  iova: number,
  size: number,
  more: Partial<Extract<KnownOp, { op: 'ioas_map' }>> = {},
): KnownOp => ({ op: 'ioas_map', ioas: 0, iova, va: VA, size, ...more });
const unmap = (iova: number, size: number): KnownOp => ({ op: 'ioas_unmap', ioas: 0, iova, size });

function after(...ops: readonly KnownOp[]): IommuModelState {
  let state = iommuOracle.initial(topology, { budget: 0, sites: [] }, {}, [ops]);
  for (const op of ops) state = ways(state, op).find(({ done }) => done.ret === 0)!.state;
  return state;
}

const results = (state: IommuModelState, op: KnownOp) =>
  ways(state, op).map(({ done }) => [done.ret, done.size?.[0]]);
const areas = (state: IommuModelState) => state.ioases[0]?.areas?.map(({ iova }) => iova);

const ready = after(alloc, map(0, 2 * PAGE), map(2 * PAGE, 2 * PAGE));

test('IOAS_MAP at a fixed IOVA', () => {
  expect(results(ready, map(4 * PAGE, PAGE))).toEqual([[0, undefined]]);
  expect(results(ready, map(3 * PAGE, 2 * PAGE))).toEqual([[EEXIST, undefined]]);
  const bad = [
    map(4 * PAGE, 0),
    map(4 * PAGE, PAGE, { flags: 1 }),
    map(4 * PAGE, PAGE, { flags: 8 }),
    map(2 ** 64 - PAGE, 2 * PAGE),
    map(4 * PAGE, PAGE, { badPointer: true }),
  ];
  for (const op of bad) expect(results(ready, op)).toEqual([['errno', undefined]]);
  expect(results(after(), map(0, PAGE))).toEqual([['errno', undefined]]);
  // Memory that is not there.
  const nowhere = results(ready, map(4 * PAGE, PAGE, { va: VA + 64 * PAGE }));
  expect(nowhere).toEqual([
    [0, undefined],
    ['errno', undefined],
  ]);
});

test('IOAS_UNMAP: whole areas, a part, a hole, everything', () => {
  expect(results(ready, unmap(0, 4 * PAGE))).toEqual([[0, 4 * PAGE]]);
  expect(results(ready, unmap(0, PAGE))).toEqual([[ENOENT, undefined]]);
  expect(results(ready, unmap(4 * PAGE, PAGE))).toEqual([[ENOENT, undefined]]);
  expect(results(ready, unmap(0, 2 ** 64))).toEqual([[0, 4 * PAGE]]);
  expect(results(after(alloc), unmap(0, 2 ** 64))).toEqual([[0, 0]]);
});

test('an unmap that would cut an area has taken those before it', () => {
  const [way] = ways(ready, unmap(0, 3 * PAGE));
  expect([way?.done.ret, areas(way!.state)]).toEqual([ENOENT, [2 * PAGE]]);
});

test('S9: an area that is being set up is busy, and its range is taken', () => {
  const [underway] = iommuOracle.advance(after(alloc), iommuOracle.begin(map(0, PAGE)));
  expect(results(underway!.state, unmap(0, PAGE))).toEqual([[EBUSY, undefined]]);
  expect(results(underway!.state, map(0, PAGE))).toEqual([[EEXIST, undefined]]);
});
