// The dirty log of a domain against spec/split-merge-dirty.md §2, §4 and §8: checks in order, bits,
// and what clear leaves alone.

import { describe, expect, test } from 'vitest';
import { EBUSY, EFAULT, EINVAL, ENODEV } from '../../errno.ts';
import { host, realTables } from '../../../fuzz/scenarios/iommu/hosts.ts';
import { run } from '../../../test/iommu/host.ts';
import type { IommuOp } from '../vocabulary/index.ts';
import { leavesOf } from './testing.ts';

const K4 = 0x1000;
const K16 = 0x4000;
const M2 = 0x200000;

const arm = [{ driver: 'arm', dirtyTracking: true }] as const;
const small = host({ iommus: arm });
const alloc = { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' } as const;
const map = (iova: number, size: number, prot = 3): IommuOp => ({
  op: 'iommu_map',
  domain: 0,
  iova,
  pa: iova,
  size,
  prot,
});
const turn = (enable: boolean, iova: number, size: number): IommuOp => ({
  op: 'switch_dirty_log',
  domain: 0,
  enable,
  iova,
  size,
  prot: 3,
});
const sync = (iova: number, size: number, base = iova): IommuOp => ({
  op: 'sync_dirty_log',
  domain: 0,
  iova,
  size,
  base,
});
const clear = (iova: number, size: number, bits: number[], base = iova): IommuOp => ({
  op: 'clear_dirty_log',
  domain: 0,
  iova,
  size,
  bits,
  base,
});

function after(calls: readonly IommuOp[], topology = small) {
  const h = run([alloc, ...calls], topology);
  const leaves = leavesOf(h.world, 0);
  const results = h.results.slice(1).map(({ ret, out }) => ({ ret, out }));
  h.exit();
  return { rets: h.rets.slice(1), last: results.at(-1), leaves };
}

describe('switch', () => {
  test('a start splits and flushes; a stop merges', () => {
    const { rets, leaves } = after([map(0, K16), turn(true, 0, K16), turn(false, 0, K16)]);
    expect(rets).toEqual([0, 0, 0]);
    expect(leaves.map(({ size }) => size)).toEqual([K16]);
  });

  test('strictly alternates on a range', () => {
    const { rets } = after([
      map(0, K16),
      turn(false, 0, K16),
      turn(true, 0, K16),
      turn(true, 0, K16),
      turn(false, 0, K16),
      turn(false, 0, K16),
    ]);
    expect(rets).toEqual([0, EINVAL, 0, EBUSY, 0, EINVAL]);
  });

  test('ranges of one domain are started one by one; the last stop ends the log', () => {
    const { rets, leaves } = after([
      map(0, K16),
      map(K16, K16),
      turn(true, 0, K16),
      turn(true, K16, K16),
      turn(false, 0, K16),
      sync(K16, K16),
      turn(false, K16, K16),
      sync(K16, K16),
    ]);
    expect(rets).toEqual([0, 0, 0, 0, 0, 0, 0, EINVAL]);
    expect(leaves.map(({ size }) => size)).toEqual([K16, K16]);
  });

  test('a start that fails leaves the log off', () => {
    const { rets } = after([map(0, K16), turn(true, 0, 2 * K16), sync(0, K16)]);
    expect(rets).toEqual([0, EFAULT, EINVAL]);
  });

  test('a misaligned range, and a driver without the operation', () => {
    expect(after([turn(true, 0x800, K16)]).rets).toEqual([EINVAL]);
    expect(after([turn(true, 0x800, K16)], host()).rets).toEqual([ENODEV]);
  });
});

describe('sync', () => {
  const on = [map(0, K16), turn(true, 0, K16)];

  test('after a start every page that may be written counts as dirty', () => {
    expect(after([...on, sync(0, K16)]).last).toEqual({
      ret: 0,
      out: { chunks: 1, flushes: 0, '0x4000': 1, dirty: 4, bits: 0b1111 },
    });
  });

  test('bits are counted from the base', () => {
    const { last } = after([...on, sync(2 * K4, 2 * K4, K4)]);
    expect(last).toMatchObject({ ret: 0, out: { dirty: 2, bits: 0b110 } });
  });

  test('pages that are read only are never dirty', () => {
    const { last } = after([map(0, K16, 1), turn(true, 0, K16), sync(0, K16)]);
    expect(last).toMatchObject({ ret: 0, out: { dirty: 0 } });
  });

  test('holes do not hide the pages behind them', () => {
    const { last } = after([...on, map(2 * K16, K16), sync(0, 3 * K16)]);
    expect(last).toMatchObject({ ret: 0, out: { dirty: 8, bits: 0b1111_0000_1111 } });
  });

  test('checks in order: the operation, the alignment, the log', () => {
    expect(after([map(0, K16), sync(0, K16)]).rets).toEqual([0, EINVAL]);
    expect(after([...on, sync(0x800, K16)]).rets).toEqual([0, 0, EINVAL]);
    expect(after([...on, sync(K4, 0)]).last).toMatchObject({ ret: 0, out: { dirty: 0 } });
    expect(after([sync(0x800, K16)], host()).rets).toEqual([ENODEV]);
  });
});

describe('clear', () => {
  const on = [map(0, K16), turn(true, 0, K16)];

  test('only the pages whose bits are set; one flush', () => {
    const { rets, last } = after([...on, clear(0, K16, [1, 2]), sync(0, K16)]);
    expect(rets).toEqual([0, 0, 0, 0]);
    expect(last).toMatchObject({ out: { dirty: 2, bits: 0b1001 } });
    expect(after([...on, clear(0, K16, [0, 2])]).last).toEqual({
      ret: 0,
      out: { chunks: 2, flushes: 1, '0x1000': 2 },
    });
  });

  test('from the base of the bitmap, not from the range', () => {
    const { last } = after([...on, clear(2 * K4, 2 * K4, [1, 2], K4), sync(0, K16)]);
    expect(last).toMatchObject({ out: { dirty: 2, bits: 0b0011 } });
  });

  test('bits outside the range are no matter; without a bit no flush', () => {
    const { last } = after([...on, clear(0, 2 * K4, [3])]);
    expect(last).toEqual({ ret: 0, out: { chunks: 0, flushes: 0 } });
  });

  test('without bits, those of the same caller’s last sync', () => {
    // Host runs each call as a task of its own: nothing was synced by this one.
    expect(after([...on, { op: 'clear_dirty_log', domain: 0, iova: 0, size: K16 }]).last).toEqual({
      ret: 0,
      out: { chunks: 0, flushes: 0 },
    });
  });

  test('a 2M leaf of which one page is cleared stays dirty: 512 pages', () => {
    const real = host({ geometry: realTables, iommus: arm });
    const elsewhere = 2 * M2;
    const { last, leaves } = after(
      [
        map(elsewhere, K4),
        turn(true, elsewhere, K4),
        map(0, M2),
        clear(0, M2, [3], 0),
        sync(0, M2, 0),
      ],
      real,
    );
    expect(last).toMatchObject({ ret: 0, out: { dirty: 512 } });
    expect(leaves[0]).toEqual({ iova: 0, pa: 0, size: M2, prot: 3, dirty: true });
  });

  test('checks in order: the alignment, the log, the operation', () => {
    expect(after([map(0, K16), clear(0, K16, [0])]).rets).toEqual([0, EINVAL]);
    expect(after([...on, clear(0x800, K16, [0])]).rets).toEqual([0, 0, EINVAL]);
    expect(after([clear(0x800, K16, [0])], host()).rets).toEqual([EINVAL]);
    expect(after([clear(0, K16, [0])], host()).rets).toEqual([EINVAL]);
  });
});
