// iommu_merge_page against the tables of spec/split-merge-dirty.md §2, §4.4 and §8.

import { describe, expect, test } from 'vitest';
import { EFAULT, EINVAL, ENODEV } from '../../errno.ts';
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
const map = (iova: number, size: number, pa = iova, prot = 3): IommuOp => ({
  op: 'iommu_map',
  domain: 0,
  iova,
  pa,
  size,
  prot,
});
const pages = (iova: number, count: number, pa = iova, prot = 3): IommuOp[] =>
  Array.from({ length: count }, (_, i) => map(iova + i * K4, K4, pa + i * K4, prot));
const merge = (iova: number, size: number, prot = 3): IommuOp => ({
  op: 'merge_page',
  domain: 0,
  iova,
  size,
  prot,
});

function after(calls: readonly IommuOp[], topology = small) {
  const h = run([alloc, ...calls], topology);
  const leaves = leavesOf(h.world, 0).map(({ iova, pa, size, prot }) => [iova, pa, size, prot]);
  const { ret, out } = h.results.at(-1) as { ret: number; out?: Record<string, number> };
  h.exit();
  return { ret, out, leaves };
}

describe('merges', () => {
  test('512 x 4K: one 2M leaf', () => {
    const real = host({ geometry: realTables, iommus: arm });
    const split: IommuOp = { op: 'split_block', domain: 0, iova: 0, size: M2 };
    const { ret, out, leaves } = after([map(0, M2), split, merge(0, M2)], real);
    expect({ ret, out }).toEqual({ ret: 0, out: { chunks: 1, flushes: 1, '0x200000': 1 } });
    expect(leaves).toEqual([[0, 0, M2, 3]]);
  });

  test('two levels at once', () => {
    const { ret, leaves } = after([...pages(0, 16), merge(0, 4 * K16)]);
    expect({ ret, leaves }).toEqual({ ret: 0, leaves: [[0, 0, 4 * K16, 3]] });
  });

  test('8K in two mappings of different rights: 8K is no leaf size, nothing happens', () => {
    const { ret, out, leaves } = after([map(0, K4, 0, 1), map(K4, K4, K4, 3), merge(0, 2 * K4)]);
    expect({ ret, out }).toEqual({ ret: 0, out: { chunks: 2, flushes: 1, '0x1000': 2 } });
    expect(leaves).toEqual([
      [0, 0, K4, 1],
      [K4, K4, K4, 3],
    ]);
  });

  test('a leaf of that size or larger is left alone', () => {
    const { ret, leaves } = after([map(0, 4 * K16), merge(0, K16)]);
    expect({ ret, leaves }).toEqual({ ret: 0, leaves: [[0, 0, 4 * K16, 3]] });
  });

  test('not congruent: chunks of the smallest page', () => {
    const { ret, out, leaves } = after([...pages(0, 4, 0x101000), merge(0, K16)]);
    expect({ ret, out }).toEqual({ ret: 0, out: { chunks: 4, flushes: 1, '0x1000': 4 } });
    expect(leaves).toHaveLength(4);
  });
});

describe('never across a difference', () => {
  test('of rights: the leaves stay, each with its own', () => {
    const mixed = [...pages(0, 2), ...pages(2 * K4, 2, 2 * K4, 1)];
    const { ret, leaves } = after([...mixed, merge(0, K16)]);
    expect(ret).toBe(0);
    expect(leaves.map((l) => l[3])).toEqual([3, 3, 1, 1]);
  });

  test('of dirty state', () => {
    const on: IommuOp = { op: 'switch_dirty_log', domain: 0, enable: true, iova: 0, size: K16 };
    const clear: IommuOp = { op: 'clear_dirty_log', domain: 0, iova: 0, size: K16, bits: [1] };
    const { ret, leaves } = after([map(0, K16), on, clear, merge(0, K16)]);
    expect(ret).toBe(0);
    expect(leaves).toHaveLength(4);
  });

  test('the uniform half of a block is merged', () => {
    const mixed = [...pages(0, 12), ...pages(3 * K16, 4, 3 * K16, 1)];
    const { ret, leaves } = after([...mixed, merge(0, 4 * K16)]);
    expect(ret).toBe(0);
    expect(leaves.map((l) => [l[2], l[3]])).toEqual([
      [K16, 3],
      [K16, 3],
      [K16, 3],
      [K16, 1],
    ]);
  });
});

describe('holes', () => {
  test('after a run: what is before is merged, then -EFAULT, one flush', () => {
    const { ret, out, leaves } = after([...pages(0, 4), merge(0, 2 * K16)]);
    expect({ ret, out }).toEqual({ ret: EFAULT, out: { chunks: 1, flushes: 1, '0x4000': 1 } });
    expect(leaves).toEqual([[0, 0, K16, 3]]);
  });

  test('at the start, whose physical address reads as 0', () => {
    const { ret, leaves } = after([...pages(K4, 3), merge(0, K16)]);
    expect(ret).toBe(EFAULT);
    expect(leaves).toHaveLength(3);
  });

  test('a page at physical address 0 is none', () => {
    const { ret, leaves } = after([...pages(K16, 4, 0), merge(K16, K16)]);
    expect({ ret, leaves }).toEqual({ ret: 0, leaves: [[K16, 0, K16, 3]] });
  });
});

describe('checks in order', () => {
  test.each([
    ['start misaligned', merge(0x800, K4)],
    ['size no multiple of the page', merge(0, 0x1800)],
  ])('%s: -EINVAL, no leaf changed, no flush', (_, call) => {
    const { ret, out, leaves } = after([...pages(0, 4), call]);
    expect({ ret, out }).toEqual({ ret: EINVAL, out: { chunks: 0, flushes: 0 } });
    expect(leaves).toHaveLength(4);
  });

  test('size 0: 0, no flush', () => {
    const { ret, out } = after([merge(K4, 0)]);
    expect({ ret, out }).toEqual({ ret: 0, out: { chunks: 0, flushes: 0 } });
  });

  test('a driver without the operation: -ENODEV', () => {
    expect(after([merge(0, K4)], host()).ret).toBe(ENODEV);
  });

  test('rights without read and write: nothing to do', () => {
    const { ret, leaves } = after([...pages(0, 4), merge(0, K16, 4)]);
    expect(ret).toBe(0);
    expect(leaves).toHaveLength(4);
  });
});
