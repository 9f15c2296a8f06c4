// The registration protocol: spec/spapr-tce-v2.md §7. `used` counts registrations, `mapped` is 1 for
// an idle region and 1 + k with k live TCEs.

import { describe, expect, test } from 'vitest';
import { ops, PAGE, VA, VA64K } from '../../model/testing.ts';
import { allPins, Host, live, lockedVm, pins, refusing } from '../../test/engine/host.ts';
import { regions, run, tces } from '../../test/engine/host.ts';
import { EBUSY, EFAULT, EINVAL, EIO, ENOENT } from '../errno.ts';

const { attach, create, enable, map, register, remove, unmap, unregister } = ops;

const second = { container: 1 } as const;
const two = { versions: [2, 2] } as const;
const ready = [attach(), register()];
const pair = { size: 2 * PAGE } as const;

describe('§7 used and mapped', () => {
  const region = (used: number, mapped: number) => [{ ua: VA, entries: 2, used, mapped }];
  test.each([
    ['REGISTER', region(1, 1), [register()]],
    ['REGISTER by two containers', region(2, 1), [register(), register(second)]],
    ['one of two puts', region(1, 1), [register(), register(second), unregister()]],
    ['the last put', [], [register(), register(second), unregister(), unregister(second)]],
    ['a refused duplicate', region(1, 1), [register(), register()]],
    ['MAP of one page', region(1, 2), [...ready, map()]],
    ['MAP of two', region(1, 3), [...ready, map(pair)]],
    ['two MAPs of one page of memory', region(1, 3), [...ready, map(), map({ iova: PAGE })]],
    ['UNMAP of one of two', region(1, 2), [...ready, map(pair), unmap()]],
    ['UNMAP of both', region(1, 1), [...ready, map(pair), unmap(pair)]],
    ['UNMAP of what is not mapped', region(1, 2), [...ready, map(), unmap({ iova: PAGE })]],
    ['UNMAP twice', region(1, 1), [...ready, map(), unmap(), unmap()]],
    ['overmapping by itself', region(1, 2), [...ready, map(), map()]],
    ['UNREGISTER while mapped', region(1, 2), [...ready, map(), unregister()]],
    [
      'not the last put while mapped',
      region(1, 2),
      [...ready, register(second), map(), unregister()],
    ],
    ['a window with TCEs removed', region(1, 1), [...ready, map(pair), remove()]],
    [
      'MAP by a container of the process (§13 R6)',
      region(1, 2),
      [attach(0, 1), register(), register({ ...second, va: VA64K }), map(second)],
    ],
  ] as const)('%s', (_, expected, calls) => {
    expect(regions(run(calls, two)).filter(({ ua }) => ua === VA)).toEqual(expected);
  });

  test('overmapping moves the count from the old region to the new one', () => {
    const other = VA + 2 * PAGE;
    const host = run([...ready, register({ va: other }), map(), map({ va: other })]);
    expect(regions(host).map(({ mapped }) => mapped)).toEqual([1, 2]);
    expect(tces(host)).toEqual([[0, other, 3, other]]);
  });
});

describe('§7 put', () => {
  test('-EBUSY changes nothing', () => {
    const host = run([...ready, map(pair), unregister()]);
    expect(host.rets.at(-1)).toBe(EBUSY);
    expect(regions(host)).toEqual([{ ua: VA, entries: 2, used: 1, mapped: 3 }]);
    expect([lockedVm(host), pins(host, VA), live(host)]).toEqual([2 + 2, 1, [0, 1]]);
  });

  test('after UNMAP it succeeds, and a second one is -ENOENT', () => {
    const host = run([...ready, map(), unregister(), unmap(), unregister(), unregister()]);
    expect(host.rets.slice(3)).toEqual([EBUSY, 0, 0, ENOENT]);
    expect([regions(host), allPins(host)]).toEqual([[], 0]);
  });

  test('unlinked and uncharged at once, unpinned after a grace period', () => {
    const host = new Host([register(), unregister()]);
    host.finish(0);
    host.finish(1, false);
    expect([regions(host), lockedVm(host), allPins(host)]).toEqual([[], 0, 2]);
    host.settle();
    expect(allPins(host)).toBe(0);
  });
});

describe('§7 overlap: r.ua < ua + len && ua < r.ua + r.len', () => {
  const at = (page: number, pages: number) => ({ va: VA + page * PAGE, size: pages * PAGE });
  test.each([
    ['touching below', 0, at(2, 2)],
    ['touching above', 0, at(6, 2)],
    ['the last page from below', EINVAL, at(2, 3)],
    ['the first page from above', EINVAL, at(5, 2)],
    ['inside', EINVAL, at(4, 1)],
    ['around', EINVAL, at(3, 4)],
    ['same start, longer', EINVAL, at(4, 3)],
    ['same end, longer', EINVAL, at(3, 3)],
  ])('%s: %i', (_, errno, args) => {
    const host = run([register(at(4, 2)), register(args)]);
    expect(host.rets).toEqual([0, errno]);
    expect(regions(host).length).toBe(errno === 0 ? 2 : 1);
    expect(allPins(host)).toBe(errno === 0 ? 4 : 2);
  });

  test('of another container too', () => {
    expect(run([register(), register({ ...second, size: PAGE })], two).rets).toEqual([0, EINVAL]);
  });
});

describe('§7 lookup: one region contains the whole IOMMU page', () => {
  const halves = [
    register({ va: VA64K, size: 0x8000 }),
    register({ va: VA64K + 0x8000, size: 0x8000 }),
  ];
  const wide = [attach(), ...halves, remove(), create({ pageShift: 16, windowSize: 0x40000 })];
  test('not two halves of it: -EINVAL', () => {
    expect(run([...wide, map({ va: VA64K, size: 0x10000 })]).rets.at(-1)).toBe(EINVAL);
  });

  test('but consecutive IOMMU pages may be of different regions', () => {
    const beside = register({ va: VA + 2 * PAGE, size: PAGE });
    const host = run([...ready, beside, map({ size: 3 * PAGE })]);
    expect(regions(host).map(({ mapped }) => mapped)).toEqual([3, 2]);
  });
});

describe('§7 TCE build', () => {
  test.each([
    ['read', 1],
    ['write', 2],
    ['both', 3],
  ])('an entry holds host address, direction and user address: %s', (_, flags) => {
    const host = run([...ready, map({ iova: 2 * PAGE, va: VA + PAGE, flags })]);
    expect(tces(host)).toEqual([[2, VA + PAGE, flags, VA + PAGE]]);
  });

  test('UNMAP clears both (§10.3)', () => {
    const host = run([...ready, map(pair), unmap({ iova: PAGE })]);
    expect(tces(host)).toEqual([[0, VA, 3, VA]]);
  });

  // Entry 0 is written, entry 1 fails; 1 and 3 were mapped before.
  const over = [...ready, map({ iova: PAGE, ...pair }), map({ iova: 3 * PAGE })];
  test.each([
    ['memory ends', EINVAL, map({ va: VA + PAGE, ...pair })],
    ['xchg of the second entry', EIO, refusing({ xchg: 1 }, map(pair))],
    ['xchg of the first entry', EIO, refusing({ xchg: 0 }, map(pair))],
  ] as const)('an error clears [entry, entry + i) and nothing else: %s, %i', (_, errno, call) => {
    const host = run([...over, call]);
    expect(host.rets.at(-1)).toBe(errno);
    expect(live(host)).toEqual([1, 2, 3]);
    expect(regions(host)).toMatchObject([{ used: 1, mapped: 4 }]);
  });

  test('old mappings in front of the error are lost (§10.8)', () => {
    const host = run([...ready, map(pair), map({ va: VA + PAGE, ...pair })]);
    expect(host.rets.at(-1)).toBe(EINVAL);
    expect(live(host)).toEqual([1]);
    expect(regions(host)).toMatchObject([{ mapped: 2 }]);
  });
});

describe('§7 v1 TCE build', () => {
  const v1 = { versions: [1] } as const;
  const enabled = [attach(), enable()];
  test.each([
    ['MAP pins', [map()], [1, 0]],
    ['each TCE pins', [map(), map({ iova: PAGE })], [2, 0]],
    ['UNMAP unpins', [map(), unmap()], [0, 0]],
    ['overmapping unpins the old page', [map(), map({ va: VA + PAGE })], [0, 1]],
    ['an error unpins', [refusing({ xchg: 1 }, map(pair))], [0, 0]],
    ['a failed pin unpins the page before', [refusing({ pin: 1 }, map(pair))], [0, 0]],
  ] as const)('%s', (_, calls, expected) => {
    const host = run([...enabled, ...calls], v1);
    expect([pins(host, VA), pins(host, VA + PAGE)]).toEqual(expected);
  });

  test('a page that is not there: -EFAULT, and the entry before is cleared', () => {
    const host = run([...enabled, map({ va: 0x3000000 - PAGE, ...pair })], v1);
    expect(host.rets.at(-1)).toBe(EFAULT);
    expect([live(host), allPins(host)]).toEqual([[], 0]);
  });

  test('a page not contained in the IOMMU page is let go (§11 B3)', () => {
    const groups = [
      { kind: 'legacy', family: 0, tables: [{ itMap: true, pageShift: 16 }] },
    ] as const;
    const host = run([...enabled, map({ size: 0x10000 })], {
      ...v1,
      groups,
      geometry: { tce32Size: 0x40000 },
    });
    expect(allPins(host)).toBe(0);
  });
});
