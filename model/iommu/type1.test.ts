// Containers with type1: MAP_DMA and UNMAP_DMA by the table of spec/iommu-core.md §5, and what groups that
// leave take with them.
import { describe, expect, test } from 'vitest';
import { EEXIST } from '../errno.ts';
import { iommuOracle } from './oracle.ts';
import type { IommuModelState } from './state.ts';
import { host, PAGE, ways } from './testing.ts';
import type { KnownOp } from './vocabulary.ts';

const VA = 0x100000;
const vmas = [{ start: VA, end: VA + 64 * PAGE }];
const topology = host('intel', { processes: [{ vmas }], containers: [{}] });

const set = (type: number): KnownOp => ({ op: 'vfio_set_iommu', container: 0, type });
const map = (
  iova: number,
  size: number,
  more: Partial<Extract<KnownOp, { op: 'vfio_map_dma' }>> = {},
): KnownOp => ({ op: 'vfio_map_dma', container: 0, iova, va: VA, size, ...more });
const unmap = (
  iova: number,
  size: number,
  more: Partial<Extract<KnownOp, { op: 'vfio_unmap_dma' }>> = {},
): KnownOp => ({ op: 'vfio_unmap_dma', container: 0, iova, size, ...more });

/** The state in which every operation has succeeded. */
function after(...ops: readonly KnownOp[]): IommuModelState {
  let state = iommuOracle.initial(topology, { budget: 0, sites: [] }, {}, [ops]);
  for (const op of ops) state = ways(state, op).find(({ done }) => done.ret === 0)!.state;
  return state;
}

const rets = (state: IommuModelState, op: KnownOp) => ways(state, op).map(({ done }) => done.ret);
const sizes = (state: IommuModelState, op: KnownOp) =>
  ways(state, op).map(({ done }) => [done.ret, done.size?.[0]]);

describe('VFIO_IOMMU_MAP_DMA', () => {
  const ready = after(set(3), map(0, 4 * PAGE));

  test('is an error without a driver, with bad arguments, and -EEXIST over a mapping', () => {
    expect(rets(after(), map(0, PAGE))).toEqual(['errno']);
    const bad = [
      map(8 * PAGE, 0),
      map(8 * PAGE + 1, PAGE),
      map(8 * PAGE, PAGE / 2),
      map(8 * PAGE, PAGE, { shortArgsz: true }),
      map(8 * PAGE, PAGE, { badPointer: true }),
      map(8 * PAGE, PAGE, { flags: 0 }),
      map(8 * PAGE, PAGE, { flags: 7 }),
      map(8 * PAGE, PAGE, { flags: 8 }),
      map(2 ** 64 - PAGE, 2 * PAGE),
    ];
    for (const op of bad) expect(rets(ready, op)).toEqual(['errno']);
    expect(rets(ready, map(3 * PAGE, PAGE))).toEqual([EEXIST]);
    expect(rets(ready, map(4 * PAGE, PAGE))).toEqual([0]);
  });

  test('may fail where memory is not there, beyond the page tables, and when refused', () => {
    expect(rets(ready, map(8 * PAGE, 65 * PAGE))).toEqual([0, 'errno']);
    expect(rets(ready, map(2 ** 48, PAGE))).toEqual([0, 'errno']);
    const pin = { budget: 1, sites: ['pin'] };
    const start = iommuOracle.initial(topology, pin, {}, [[set(3)]]);
    const open = ways(start, set(3)).find(({ done }) => done.ret === 0)!.state;
    const seen = ways(open, map(0, PAGE)).map(({ done, fault }) => [done.ret, fault]);
    expect(seen).toEqual([
      [0, null],
      [0, 'pin'],
      ['errno', 'pin'],
    ]);
  });
});

describe('VFIO_IOMMU_UNMAP_DMA', () => {
  const maps = [map(0, 2 * PAGE), map(2 * PAGE, 2 * PAGE)];
  const v2 = after(set(3), ...maps);
  const v1 = after(set(1), ...maps);

  test('v2 takes whole mappings, an empty range is 0, and a cut is an error', () => {
    expect(sizes(v2, unmap(0, 4 * PAGE))).toEqual([[0, 4 * PAGE]]);
    expect(sizes(v2, unmap(8 * PAGE, PAGE))).toEqual([[0, 0]]);
    expect(sizes(v2, unmap(PAGE, 3 * PAGE))).toEqual([['errno', undefined]]);
    expect(sizes(v2, unmap(0, PAGE))).toEqual([['errno', undefined]]);
  });

  test('v1: a mapping that begins before ends the walk, one that is reached goes whole', () => {
    expect(sizes(v1, unmap(PAGE, 3 * PAGE))).toEqual([[0, 0]]);
    expect(sizes(v1, unmap(0, PAGE))).toEqual([[0, 2 * PAGE]]);
    expect(sizes(v1, unmap(0, 3 * PAGE))).toEqual([[0, 4 * PAGE]]);
  });

  test('ALL takes no range', () => {
    expect(sizes(v2, unmap(0, 0, { flags: 2 }))).toEqual([[0, 4 * PAGE]]);
    expect(sizes(v2, unmap(0, PAGE, { flags: 2 }))).toEqual([['errno', undefined]]);
    expect(sizes(v2, unmap(0, 0))).toEqual([['errno', undefined]]);
  });
});

test('a driver is set once, and gone with the last group', () => {
  const ready = after(set(3), map(0, PAGE));
  expect(rets(ready, set(3))).toEqual(['errno']);
  const left = ways(ready, { op: 'vfio_unset_container', group: 0 } as KnownOp);
  expect(left.map(({ state }) => state.containers[0]?.node.value)).toEqual(['v2', 'bare']);
  expect(left[1]?.state.containers[0]?.dmas).toEqual([]);
});
