// iommu_split_block against the tables of spec/split-merge-dirty.md §2 and §8: results, leaves, chunks
// and flushes.

import { describe, expect, test } from 'vitest';
import { EFAULT, EINVAL, ENODEV } from '../../errno.ts';
import { host, realTables } from '../../../fuzz/scenarios/iommu/hosts.ts';
import { refusing, run } from '../../../test/iommu/host.ts';
import type { IommuOp } from '../vocabulary/index.ts';
import { chunksOf } from './chunks.ts';
import { leavesOf } from './testing.ts';

const K4 = 0x1000;
const M2 = 0x200000;
const G1 = 0x40000000;

const arm = host({ geometry: realTables, iommus: [{ driver: 'arm', dirtyTracking: true }] });
const alloc = { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' } as const;
const map = (iova: number, size: number, prot = 3, pa = iova): IommuOp => ({
  op: 'iommu_map',
  domain: 0,
  iova,
  pa,
  size,
  prot,
});
const split = (iova: number, size: number): IommuOp => ({
  op: 'split_block',
  domain: 0,
  iova,
  size,
});

/** Calls after the allocation of a domain: the last one's outcome, and the leaves that are left. */
function after(calls: readonly (IommuOp | ReturnType<typeof refusing>)[], topology = arm) {
  const h = run([alloc, ...calls], topology);
  const leaves = leavesOf(h.world, 0);
  const { ret, out } = h.results.at(-1) as { ret: number; out?: Record<string, number> };
  h.exit();
  return { ret, out, leaves };
}

describe('greedy stepping, bitmap 4K|2M|1G', () => {
  const sizes = [K4, M2, G1];
  const times = (n: number, size: number) => Array.from({ length: n }, () => size);

  test.each([
    [0x1ff000, 0x402000, [K4, M2, M2, K4]],
    [0x0, 0x40201000, [G1, M2, K4]],
    [0x201000, 0x3ff000, [...times(511, K4), M2]],
    [0x40000000, 0x3fe00000, times(511, M2)],
    [0x1000, 0, []],
  ])('%i + %i', (iova, size, chunks) => {
    expect([...chunksOf(sizes, iova, size)]).toEqual(chunks);
  });
});

describe('split expectations', () => {
  test('2M rw: 512 pages of 4K', () => {
    const { ret, out, leaves } = after([map(0, M2), split(0, M2)]);
    expect({ ret, out }).toEqual({ ret: 0, out: { chunks: 1, flushes: 1, '0x200000': 1 } });
    expect(leaves).toHaveLength(512);
    expect(leaves.every((l, i) => l.iova === i * K4 && l.pa === i * K4 && l.size === K4)).toBe(
      true,
    );
  });

  test('2M rw and 2M ro: the second one is left alone', () => {
    const { ret, out, leaves } = after([map(0, M2), map(M2, M2, 1), split(0, 2 * M2)]);
    expect({ ret, out }).toEqual({ ret: 0, out: { chunks: 2, flushes: 1, '0x200000': 2 } });
    expect(leaves).toHaveLength(513);
    expect(leaves.at(-1)).toEqual({ iova: M2, pa: M2, size: M2, prot: 1, dirty: false });
  });

  test('a chunk within a 1G leaf: -EFAULT, nothing split, one flush', () => {
    const { ret, out, leaves } = after([map(0, G1), split(0, M2)]);
    expect({ ret, out }).toEqual({ ret: EFAULT, out: { chunks: 1, flushes: 1, '0x200000': 1 } });
    expect(leaves.map(({ size }) => size)).toEqual([G1]);
  });

  test('2M rw and a hole: the first is split, the second -EFAULT, one flush', () => {
    const { ret, out, leaves } = after([map(0, M2), split(0, 2 * M2)]);
    expect({ ret, out }).toEqual({ ret: EFAULT, out: { chunks: 2, flushes: 1, '0x200000': 2 } });
    expect(leaves).toHaveLength(512);
  });

  test('a block two levels up: down to the last level', () => {
    const small = host({ iommus: arm.iommus });
    const { ret, leaves } = after([map(0, 0x10000), split(0, 0x10000)], small);
    expect(ret).toBe(0);
    expect(leaves.map(({ iova, size }) => [iova, size])).toEqual(
      Array.from({ length: 16 }, (_, i) => [i * K4, K4]),
    );
  });
});

describe('checks in order', () => {
  test.each([
    ['start misaligned', split(0x800, K4)],
    ['size misaligned', split(0, 0x800)],
  ])('%s: -EINVAL, no leaf changed, no flush', (_, call) => {
    const { ret, out, leaves } = after([map(0, M2), call]);
    expect({ ret, out }).toEqual({ ret: EINVAL, out: { chunks: 0, flushes: 0 } });
    expect(leaves.map(({ size }) => size)).toEqual([M2]);
  });

  test('size 0: 0, no flush', () => {
    const { ret, out } = after([map(0, M2), split(K4, 0)]);
    expect({ ret, out }).toEqual({ ret: 0, out: { chunks: 0, flushes: 0 } });
  });

  test('a driver without the operation: -ENODEV, before the alignment', () => {
    for (const iommu of [{ driver: 'intel', dirtyTracking: true }, { driver: 'arm' }] as const) {
      const { ret } = after([split(0x800, 1)], host({ iommus: [iommu] }));
      expect(ret).toBe(ENODEV);
    }
  });

  test('beyond what the page table reaches: -EFAULT', () => {
    const small = host({ iommus: arm.iommus });
    const { ret, leaves } = after([map(0, 0x4000), split(0x40000, 0x4000)], small);
    expect(ret).toBe(EFAULT);
    expect(leaves.map(({ size }) => size)).toEqual([0x4000]);
  });

  test('no memory for a table: -EFAULT, the block stays, one flush', () => {
    const refused = refusing({ page_table: 0 }, split(0, M2));
    const { ret, out, leaves } = after([map(0, M2), refused]);
    expect({ ret, out }).toEqual({ ret: EFAULT, out: { chunks: 1, flushes: 1, '0x200000': 1 } });
    expect(leaves.map(({ size }) => size)).toEqual([M2]);
  });
});
