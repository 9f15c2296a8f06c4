// VFIO_IOMMU_MAP_DMA and UNMAP_DMA: error codes in the order of the checks, effects
// (spec/iommu-core.md §5).

import { describe, expect, test } from 'vitest';
import { backing, device, page } from '../../../../fuzz/scenarios/iommu/hosts.ts';
import {
  map,
  mediated,
  mediatedReady,
  one,
  pin,
} from '../../../../fuzz/scenarios/iommu/type1Parts.ts';
import { opened, ready, two, unmap } from '../../../../fuzz/scenarios/iommu/type1Parts.ts';
import { join, leave } from '../../../../fuzz/scenarios/iommu/type1Parts.ts';
import { type Call, refusing, run } from '../../../../test/iommu/host.ts';
import { EBUSY, EEXIST, EFAULT, EINVAL, ENOENT, ENOMEM } from '../../../errno.ts';
import type { IommuOp, IommuTopology } from '../../vocabulary/index.ts';

const last = (
  calls: readonly (IommuOp | Call)[],
  topology: IommuTopology = one(),
): number | undefined => run([...ready(), ...calls], topology).rets.at(-1);

const pins = (host: ReturnType<typeof run>, at: number) =>
  host.world.page(backing + at * page).pins.stored;

describe('MAP_DMA', () => {
  test.each([
    ['an unreadable argument comes first', EFAULT, map(0, 0, 0, { badPointer: true, flags: 8 })],
    ['a short argsz', EINVAL, map(0, 1, 0, { shortArgsz: true })],
    ['an unknown flag', EINVAL, map(0, 1, 0, { flags: 8 })],
    ['no access and no VADDR', EINVAL, map(0, 1, 0, { flags: 0 })],
    ['access and VADDR', EINVAL, map(0, 1, 0, { flags: 7 })],
    ['size 0', EINVAL, map(0, 0)],
    ['a misaligned IOVA', EINVAL, map(0, 1, 0, { iova: 1 })],
    ['a misaligned size', EINVAL, map(0, 1, 0, { size: page - 1 })],
    ['a misaligned address', EINVAL, map(0, 1, 0, { va: 1 })],
    ['past the last page', EINVAL, map(0, 2, 0, { iova: 2 ** 64 - page })],
    ['VADDR of nothing', ENOENT, map(0, 1, 0, { flags: 4 })],
    ['outside of the aperture', EINVAL, map(64)],
    ['memory that is not there', EFAULT, map(0, 1, 16)],
    ['memory that is partly there', EFAULT, map(0, 2, 15)],
    ['right', 0, map(0)],
  ])('%s', (_, errno, op) => {
    expect(last([op])).toBe(errno);
  });

  test.each([
    ['the same range', EEXIST, map(0, 2)],
    ['its end', EEXIST, map(1, 2)],
    ['an overlap that is not allowed either is -EEXIST', EEXIST, map(0, 65)],
    ['the next page', 0, map(2)],
    ['VADDR of a valid one', EINVAL, map(0, 2, 0, { flags: 4 })],
  ])('beside a mapping of two pages: %s', (_, errno, op) => {
    expect(last([map(0, 2), op])).toBe(errno);
  });

  test('what the environment refuses leaves nothing', () => {
    for (const [refuse, errno] of [
      [{ kzalloc: 0 }, ENOMEM],
      [{ pin: 0 }, EFAULT],
      [{ pin: 1 }, EFAULT],
      [{ page_table: 0 }, ENOMEM],
    ] as const) {
      const host = run([...ready(), refusing(refuse, map(0, 2)), map(0, 2)], one());
      expect(host.rets.slice(-2)).toEqual([errno, 0]);
      expect([pins(host, 0), pins(host, 1)]).toEqual([1, 1]);
      expect(host.world.mms[0]?.lockedVm.stored).toBe(2);
      host.exit();
      expect([pins(host, 0), host.world.mms[0]?.lockedVm.stored]).toEqual([0, 0]);
    }
  });

  test('the limit of locked memory', () => {
    const [process] = one().processes;
    const limited = one({ processes: [{ ...process!, memlockPages: 2 }] });
    expect(
      run([...ready(), map(0, 2), map(4), unmap(0, 2), map(4)], limited).rets.slice(4),
    ).toEqual([0, ENOMEM, 0, 0]);
  });

  test('memory that is not contiguous is mapped run by run', () => {
    const at = (va: number, pa: number) => ({ start: va * page, end: (va + 1) * page, pa });
    const scattered = one({
      processes: [{ vmas: [at(16, backing + 8 * page), at(17, backing)] }],
    });
    const host = run([...ready(), map(0, 2), unmap(0, 2)], scattered);
    expect(host.results.slice(-2)).toEqual([{ ret: 0 }, { ret: 0, out: { size: 2 * page } }]);
    expect([pins(host, 0), pins(host, 8)]).toEqual([0, 0]);
    host.exit();
  });
});

describe('UNMAP_DMA', () => {
  const mapped = [map(0, 2), map(4, 2)];
  test.each([
    ['an unknown flag', { ret: EINVAL }, unmap(0, 2, { flags: 8 })],
    ['a bitmap and ALL', { ret: EINVAL }, unmap(0, 0, { flags: 3 })],
    ['a misaligned IOVA', { ret: EINVAL }, unmap(0, 2, { iova: 1 })],
    ['ALL of a range', { ret: EINVAL }, unmap(0, 2, { flags: 2 })],
    ['size 0', { ret: EINVAL }, unmap(0, 0)],
    ['past the last page', { ret: EINVAL }, unmap(0, 2, { iova: 2 ** 64 - page })],
    ['a bitmap, nothing tracked', { ret: EINVAL }, unmap(0, 2, { flags: 1 })],
    ['the first half of a mapping', { ret: EINVAL }, unmap(0)],
    ['the second half', { ret: EINVAL }, unmap(1)],
    ['one and a half', { ret: EINVAL }, unmap(0, 5)],
    ['nothing', { ret: 0, out: { size: 0 } }, unmap(8)],
    ['one', { ret: 0, out: { size: 2 * page } }, unmap(0, 2)],
    ['both and more', { ret: 0, out: { size: 4 * page } }, unmap(0, 16)],
    ['ALL', { ret: 0, out: { size: 4 * page } }, unmap(0, 0, { flags: 2 })],
  ])('%s', (_, outcome, op) => {
    expect(run([...ready(), ...mapped, op], one()).results.at(-1)).toEqual(outcome);
  });

  test('v1: a mapping that begins before the range ends the walk, one that ends after goes', () => {
    const v1: IommuOp[] = [...ready().slice(0, 3), { op: 'vfio_set_iommu', container: 0, type: 1 }];
    const host = run([...v1, ...mapped, unmap(1, 4), unmap(0)], one());
    expect(host.results.slice(-2)).toEqual([
      { ret: 0, out: { size: 0 } },
      { ret: 0, out: { size: 2 * page } },
    ]);
  });

  test('addresses are invalidated and given anew', () => {
    const calls = [
      map(0),
      unmap(0, 1, { flags: 4 }),
      unmap(0, 1, { flags: 4 }),
      map(0, 2, 0, { flags: 4 }),
      map(0, 1, 0, { flags: 4 }),
      unmap(0, 1, { flags: 4 }),
      unmap(0),
    ];
    const host = run([...ready(), ...calls], one());
    expect(host.rets.slice(4)).toEqual([0, 0, EINVAL, EINVAL, 0, 0, 0]);
    host.exit();
  });

  test('while an address is invalid no group joins', () => {
    const calls = [map(0), unmap(0, 1, { flags: 4 }), ...opened(1), join(1)];
    expect(last(calls, two())).toBe(EBUSY);
  });
});

describe('mediated devices', () => {
  test('pins, and what an unmap takes away', () => {
    const calls = [map(0, 2), pin(0), pin(0), pin(4), unmap(0, 1, { flags: 4 }), unmap(0, 2)];
    const host = run([...mediatedReady, ...calls], mediated());
    expect(host.rets.slice(5)).toEqual([0, 1, 1, EINVAL, EBUSY, 0]);
    expect([pins(host, 0), host.world.mms[0]?.lockedVm.stored]).toEqual([0, 0]);
    host.exit();
  });

  test('a group that joins pins all; when it leaves, what was pinned before is accounted', () => {
    const joined = run([...mediatedReady, map(0, 2), pin(0), ...opened(0), join(0)], mediated());
    expect([pins(joined, 0), pins(joined, 1)]).toEqual([2, 1]);
    expect(joined.world.mms[0]?.lockedVm.stored).toBe(2);
    const left = run(
      [...mediatedReady, map(0, 2), pin(0), ...opened(0), join(0), leave(0)],
      mediated(),
    );
    expect([pins(left, 0), pins(left, 1)]).toEqual([1, 0]);
    expect(left.world.mms[0]?.lockedVm.stored).toBe(1);
    left.exit();
  });

  test('no mediated device is open', () => {
    const calls = [...ready(1), map(0), pin(0)];
    const devices = [device(), device({ group: 1, emulated: true })];
    expect(run(calls, two({ devices })).rets.at(-1)).toBe(EINVAL);
  });
});
