// IOAS_MAP, UNMAP, COPY and DESTROY: error codes in the order of spec/iommu-core.md §6, pins, locked_vm.

import { describe, expect, test } from 'vitest';
import { backing, host, memory, page } from '../../../fuzz/scenarios/iommu/hosts.ts';
import { Host, refusing, run } from '../../../test/iommu/host.ts';
import {
  EBUSY,
  EEXIST,
  EFAULT,
  EINVAL,
  ENOENT,
  ENOMEM,
  EOPNOTSUPP,
  EOVERFLOW,
} from '../../errno.ts';
import type { IommuOp } from '../vocabulary/index.ts';

type Of<N> = Extract<IommuOp, { readonly op: N }>;

const alloc: IommuOp = { op: 'ioas_alloc', ioas: 0 };
const bind: IommuOp = { op: 'iommufd_bind', device: 0 };
const attach: IommuOp = { op: 'iommufd_attach', device: 0, ioas: 0 };
const map = (more: Partial<Of<'ioas_map'>> = {}): IommuOp => ({
  op: 'ioas_map',
  ioas: 0,
  iova: page,
  va: memory,
  size: 2 * page,
  ...more,
});
const unmap = (more: Partial<Of<'ioas_unmap'>> = {}): IommuOp => ({
  op: 'ioas_unmap',
  ioas: 0,
  iova: page,
  size: 2 * page,
  ...more,
});
const copy = (more: Partial<Of<'ioas_copy'>> = {}): IommuOp => ({
  op: 'ioas_copy',
  ioas: 0,
  from: 0,
  iova: 8 * page,
  fromIova: page,
  size: 2 * page,
  ...more,
});

const ready = [alloc, bind, attach];
const pins = (h: Host) => [0, 1].map((i) => h.world.page(backing + i * page).pins.stored);
const locked = (h: Host) => h.world.mms[0]?.lockedVm.stored;

describe('§6 MAP fails with', () => {
  test.each([
    ['unknown flags, before all else', map({ flags: 8, iova: 2 ** 64 }), EOPNOTSUPP],
    ['an IOVA of ULONG_MAX, before the rights', map({ iova: 2 ** 64, flags: 1 }), EOVERFLOW],
    ['a length of ULONG_MAX', map({ size: 2 ** 64 }), EOVERFLOW],
    ['neither read nor write, before the id', map({ flags: 1, ioas: 7 }), EINVAL],
    ['no IOAS of that id', map({ ioas: 7, size: 0 }), ENOENT],
    ['user addresses that wrap', map({ va: 2 ** 64 - 2 ** 13, size: 2 ** 14 }), EOVERFLOW],
    ['nothing to map', map({ size: 0 }), EINVAL],
    ['a misaligned length', map({ size: 100 }), EINVAL],
    ['a misaligned IOVA', map({ iova: 100 }), EINVAL],
    ['an end that overflows', map({ iova: 2 ** 64 - 2 ** 13, size: 2 ** 14 }), EOVERFLOW],
    ['an IOVA that the domain cannot reach', map({ iova: 2 ** 18 }), EINVAL],
    ['memory that is not there', map({ va: memory + 15 * page }), EFAULT],
  ] as const)('%s', (_, op, ret) => {
    const h = run([...ready, op]);
    expect(h.rets.at(-1)).toBe(ret);
    expect([pins(h), locked(h)]).toEqual([[0, 0], 0]);
    h.exit();
  });

  test.each([
    ['overlap', [map(), map({ iova: 2 * page })], EEXIST],
    ['kzalloc of the pages', [refusing({ kzalloc: 0 }, map())], ENOMEM],
    ['kzalloc of the area', [refusing({ kzalloc: 1 }, map())], ENOMEM],
    ['the second page', [refusing({ pin: 1 }, map())], EFAULT],
    ['map_pages', [refusing({ map_pages: 0 }, map())], ENOMEM],
  ] as const)('%s', (_, calls, ret) => {
    const h = run([...ready, ...calls]);
    expect(h.rets.at(-1)).toBe(ret);
    const left = calls.length === 2 ? 1 : 0;
    expect([pins(h), locked(h)]).toEqual([[left, left], 2 * left]);
    h.exit();
  });

  test('RLIMIT_MEMLOCK: -ENOMEM', () => {
    const processes = [{ memlockPages: 1, vmas: host().processes[0]?.vmas ?? [] }];
    const h = run([...ready, map(), map({ size: page })], host({ processes }));
    expect(h.rets.slice(3)).toEqual([ENOMEM, 0]);
    expect([pins(h), locked(h)]).toEqual([[1, 0], 1]);
    h.exit();
  });
});

describe('§6 MAP anywhere', () => {
  test('the first hole from the second page on', () => {
    const h = run([...ready, map(), map({ flags: 6, va: memory + 2 * page })]);
    // Two pages want two pages' alignment: [3p, 4p) is too short for it.
    expect(h.results.slice(3).map((r) => r.out)).toEqual([{ iova: page }, { iova: 4 * page }]);
    h.exit();
  });

  test('half of the addresses and more: -EOVERFLOW', () => {
    expect(run([alloc, map({ flags: 6, va: 0, size: 2 ** 63 })]).rets).toEqual([0, EOVERFLOW]);
  });
});

describe('§6 UNMAP', () => {
  test.each([
    ['the range', unmap(), 0, 2 * page],
    ['more than the range', unmap({ iova: 0, size: 8 * page }), 0, 2 * page],
    ['(0, U64_MAX): everything', unmap({ iova: 0, size: 2 ** 64 }), 0, 2 * page],
    ['no length', unmap({ size: 0 }), EINVAL, 0],
    ['an end that overflows', unmap({ iova: 2 ** 63, size: 2 ** 63 + 2 ** 12 }), EOVERFLOW, 0],
    ['a hole', unmap({ iova: 4 * page }), ENOENT, 0],
    ['a part', unmap({ size: page }), ENOENT, 0],
    ['no IOAS', unmap({ ioas: 3 }), ENOENT, undefined],
  ] as const)('%s', (_, op, ret, size) => {
    const h = run([...ready, map(), op]);
    expect(h.rets.at(-1)).toBe(ret);
    expect(h.results.at(-1)?.out).toEqual(size === undefined ? undefined : { size });
    expect(locked(h)).toBe(ret === 0 ? 0 : 2);
    h.exit();
  });

  test('everything of nothing is 0', () => {
    const h = run([alloc, unmap({ iova: 0, size: 2 ** 64 })]);
    expect(h.results[1]).toEqual({ ret: 0, out: { size: 0 } });
  });

  test('§13: -ENOENT because it would cut an area has unmapped those before it', () => {
    const second = map({ iova: 3 * page, va: memory + 4 * page });
    const h = run([...ready, map(), second, unmap({ size: 3 * page })]);
    expect(h.results.at(-1)).toEqual({ ret: ENOENT, out: { size: 2 * page } });
    expect([pins(h), locked(h)]).toEqual([[0, 0], 2]);
    h.exit();
  });

  test('an area that is being set up: -EBUSY', () => {
    const h = new Host([...ready, map(), unmap()]);
    for (const i of [0, 1, 2]) h.finish(i);
    h.until(3, 'down_read', 'domains_rwsem');
    expect(h.finish(4)).toEqual({ ret: EBUSY, out: { size: 0 } });
    expect(h.finish(3).ret).toBe(0);
    h.exit();
  });
});

describe('§6 the cut of type1 v1', () => {
  const small = { op: 'ioas_alloc', ioas: 0, smallPages: true } as const;
  test.each([
    ['small pages: a part goes', small, unmap({ size: page, cut: true }), 0],
    ['a domain with huge pages: -EINVAL', alloc, unmap({ size: page, cut: true }), EINVAL],
    ['inside a page: -EINVAL', small, unmap({ size: 100, cut: true }), EINVAL],
  ] as const)('%s', (_, first, op, ret) => {
    const h = run([first, bind, attach, map(), op]);
    expect(h.rets.at(-1)).toBe(ret);
    expect(pins(h)).toEqual([ret === 0 ? 0 : 1, 1]);
    h.exit();
  });
});

describe('§6 COPY', () => {
  test.each([
    ['all of it', copy(), 0],
    ['a part', copy({ fromIova: 2 * page, size: page }), 0],
    ['beyond the area', copy({ size: 3 * page }), ENOENT],
    ['over the original', copy({ iova: page }), EEXIST],
    ['nothing', copy({ size: 0 }), EINVAL],
    ['from no IOAS', copy({ from: 5 }), ENOENT],
    ['to no IOAS', copy({ ioas: 5 }), ENOENT],
  ] as const)('%s', (_, op, ret) => {
    const h = run([...ready, map(), op]);
    expect(h.rets.at(-1)).toBe(ret);
    // The pages are the same: pinned and accounted once.
    expect([pins(h), locked(h)]).toEqual([[1, 1], 2]);
    h.exit();
  });
});

describe('§6 DESTROY', () => {
  const destroy: IommuOp = { op: 'ioas_destroy', ioas: 0 };
  test.each([
    ['unknown', [destroy], ENOENT],
    ['with a hwpt', [...ready, destroy], EBUSY],
    ['with a mapping', [alloc, map(), destroy], 0],
    ['twice', [alloc, destroy, destroy], ENOENT],
  ] as const)('%s', (_, calls, ret) => {
    const h = run(calls);
    expect(h.rets.at(-1)).toBe(ret);
    h.exit();
  });
});

describe('a mapping', () => {
  test('pins nothing before there is a domain, its pages after', () => {
    const h = run([alloc, map(), bind, attach]);
    expect([pins(h), locked(h)]).toEqual([[1, 1], 2]);
    h.exit();
    expect([pins(h), locked(h)]).toEqual([[0, 0], 0]);
    expect(pins(run([alloc, map()]))).toEqual([0, 0]);
  });

  test('with a hwpt that goes, unpinned; with one of two, not', () => {
    const hwpts: IommuOp[] = [0, 1].map((hwpt) => ({
      op: 'hwpt_alloc',
      hwpt,
      device: 0,
      ioas: 0,
    }));
    const gone = (hwpt: number): IommuOp => ({ op: 'hwpt_destroy', hwpt });
    const calls = [alloc, bind, ...hwpts, map(), gone(0)];
    expect(pins(run(calls))).toEqual([1, 1]);
    expect(pins(run([...calls, gone(1)]))).toEqual([0, 0]);
  });
});
