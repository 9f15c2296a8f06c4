// IOMMU_HWPT_SET_DIRTY_TRACKING and GET_DIRTY_BITMAP: error codes in the order of spec/
// split-merge-dirty.md §7, bits, what clears them.

import { describe, expect, test } from 'vitest';
import { EFAULT, EINVAL, ENOENT, EOPNOTSUPP, EOVERFLOW } from '../../errno.ts';
import { device, host, memory } from '../../../fuzz/scenarios/iommu/hosts.ts';
import { type Call, refusing, run } from '../../../test/iommu/host.ts';
import type { DriverKind, IommuOp } from '../vocabulary/index.ts';

const K4 = 0x1000;
const at = 0x10000;

const tracking = (driver: DriverKind) => host({ iommus: [{ driver, dirtyTracking: true }] });

const hwpt = (flags = 2): IommuOp[] => [
  { op: 'ioas_alloc', ioas: 0 },
  { op: 'iommufd_bind', device: 0 },
  { op: 'hwpt_alloc', hwpt: 0, device: 0, ioas: 0, flags },
  { op: 'iommufd_attach', device: 0, hwpt: 0 },
];
const map = (page: number, pages: number): IommuOp => ({
  op: 'ioas_map',
  ioas: 0,
  iova: at + page * K4,
  va: memory + page * K4,
  size: pages * K4,
});
const track = (enable: boolean, id = 0): IommuOp => ({ op: 'hwpt_set_dirty', hwpt: id, enable });
const get = (page: number, pages: number, more: object = {}): IommuOp => ({
  op: 'hwpt_get_dirty',
  hwpt: 0,
  iova: at + page * K4,
  size: pages * K4,
  ...more,
});
const write = (page: number): IommuOp => ({ op: 'dma_write', device: 0, iova: at + page * K4 });

function last(calls: readonly (IommuOp | Call)[], driver: DriverKind = 'intel', flags = 2) {
  const h = run([...hwpt(flags), ...calls], tracking(driver));
  const result = h.results.at(-1);
  h.exit();
  return result;
}

describe.each(['intel', 'amd', 'arm'] as const)('%s', (driver) => {
  test('what was written since tracking began is reported once', () => {
    const calls = [map(0, 2), write(0), track(true), write(1)];
    expect(last([...calls, get(0, 2)], driver)).toEqual({ ret: 0, out: { dirty: 1, bits: 0b10 } });
    const again = [...calls, get(0, 2), get(0, 2)];
    expect(last(again, driver)).toEqual({ ret: 0, out: { dirty: 0, bits: 0 } });
  });

  test('and again when it is written again', () => {
    const calls = [map(0, 1), track(true), write(0), get(0, 1), write(0), get(0, 1)];
    expect(last(calls, driver)).toMatchObject({ ret: 0, out: { dirty: 1 } });
  });

  test('NO_CLEAR leaves the bits', () => {
    const calls = [map(0, 1), track(true), write(0), get(0, 1, { flags: 1 }), get(0, 1)];
    expect(last(calls, driver)).toMatchObject({ ret: 0, out: { dirty: 1 } });
  });

  test('a large leaf counts as a whole', () => {
    const calls = [map(0, 4), track(true), write(1), get(0, 4)];
    expect(last(calls, driver)).toEqual({ ret: 0, out: { dirty: 4, bits: 0b1111 } });
  });
});

describe('SET_DIRTY_TRACKING', () => {
  test('unknown id, no dirty_ops', () => {
    expect(last([track(true, 3)])?.ret).toBe(ENOENT);
    expect(last([track(true)], 'intel', 0)?.ret).toBe(EOPNOTSUPP);
  });

  test('idempotent, both ways', () => {
    const h = run(
      [...hwpt(), track(false), track(true), track(true), track(false)],
      tracking('amd'),
    );
    expect(h.rets.slice(4)).toEqual([0, 0, 0, 0]);
    h.exit();
  });

  test('a hwpt with the flag needs a device that can', () => {
    const h = run(hwpt(2), host());
    expect(h.rets[2]).toBe(EOPNOTSUPP);
    h.exit();
  });

  test('later, a device whose IOMMU cannot is not attached', () => {
    const two = host({
      iommus: [{ driver: 'intel', dirtyTracking: true }, { driver: 'intel' }],
      groups: [{}, {}],
      devices: [device(), device({ group: 1, iommu: 1 })],
    });
    const attach = { op: 'iommufd_attach', device: 1, hwpt: 0 } as const;
    const h = run([...hwpt(), { op: 'iommufd_bind', device: 1 }, attach], two);
    expect(h.rets.at(-1)).toBe(EINVAL);
    h.exit();
  });
});

describe('GET_DIRTY_BITMAP, checks in order', () => {
  const on = [map(0, 4), track(true)];
  const iova = (value: number, size: number, more: object = {}) => ({
    ...get(0, 1),
    iova: value,
    size,
    ...more,
  });

  test.each([
    ['flags, before the id', get(0, 1, { flags: 2, hwpt: 3 }), EOPNOTSUPP],
    ['id, before the length', get(0, 0, { hwpt: 3 }), ENOENT],
    ['length 0', get(0, 0), EINVAL],
    ['the end is beyond what there is', iova(2 ** 64 - K4, 2 * K4), EOVERFLOW],
    ['start misaligned', iova(at + 1, K4), EINVAL],
    ['length misaligned', iova(at, K4 + 1), EINVAL],
    ['page size 0', get(0, 1, { pgsize: 0 }), EINVAL],
    ['page size misaligned', get(0, 1, { pgsize: 0x1800 }), EINVAL],
    ['a hole', get(0, 5), EINVAL],
  ])('%s', (_, call, ret) => {
    expect(last([...on, call])?.ret).toBe(ret);
  });

  test('no dirty_ops, after the page size', () => {
    expect(last([map(0, 4), get(0, 1, { pgsize: 0 })], 'intel', 0)?.ret).toBe(EINVAL);
    expect(last([map(0, 4), get(0, 1)], 'intel', 0)?.ret).toBe(EOPNOTSUPP);
  });

  test('tracking is off', () => {
    expect(last([map(0, 4), get(0, 1)])?.ret).toBe(EINVAL);
  });

  test('a bitmap that cannot be pinned: -EFAULT, and the bit stays', () => {
    const calls = [...on, write(0), refusing({ bitmap: 0 }, get(0, 4))];
    expect(last(calls)).toEqual({ ret: EFAULT, out: { dirty: 0, bits: 0 } });
    expect(last([...calls, get(0, 4)])).toMatchObject({ ret: 0, out: { dirty: 4 } });
  });

  test('bits of larger pages', () => {
    const calls = [map(0, 1), map(1, 1), map(2, 1), map(3, 1), track(true), write(2)];
    expect(last([...calls, get(0, 4, { pgsize: 2 * K4 })])).toEqual({
      ret: 0,
      out: { dirty: 1, bits: 0b10 },
    });
  });
});
