// What the revisions do wrong when TCEs are set and cleared, and what is left of it: spec
// spapr-tce-v2.md §4, §8, §11 B1 to B3, §13 R5.

import { describe, expect, test } from 'vitest';
import { ops, PAGE, VA } from '../../model/testing.ts';
import { Host, live, pins, refusing, regions, run } from '../../test/engine/host.ts';
import { deltasOf, ids, onAll } from '../../test/engine/revisions.ts';
import { EBUSY, EIO, ENXIO, EPERM } from '../errno.ts';
import type { Op } from '../vfio/vocabulary.ts';

const { attach, close, detach, enable, map, register, unmap, unregister } = ops;

const ready = [attach(), register()];
/** The reference, then all that came before it. */
const fixed = <T>(now: T, before: T) => ids.map((id) => (id === 'reference' ? now : before));

test('B1: MAP over a region being unregistered returns 0 with entries missing', () => {
  const last = { va: VA + PAGE, size: PAGE } as const;
  const calls = [
    attach(),
    register({ size: PAGE }),
    register(last),
    unmap(),
    map({ size: 2 * PAGE }),
    unregister(last),
  ];
  const outcome = onAll((setting) => {
    const host = new Host(calls, setting);
    for (let i = 0; i < 4; i++) host.finish(i);
    host.until(4, 'xchg', 'tce[0]');
    host.until(4, 'inc_not_zero', 'mapped');
    expect(host.finish(5, false)).toBe(0);
    return [host.finish(4), live(host)];
  });
  expect(outcome).toEqual(fixed([ENXIO, []], [0, [0]]));
});

test('B2: a failed exchange keeps the count of the new region', () => {
  const refused = [...ready, refusing({ xchg: 0 }, map())];
  expect(onAll((s) => run(refused, s).rets.at(-1))).toEqual(fixed(EIO, EIO));
  expect(onAll((s) => regions(run(refused, s))[0]?.mapped)).toEqual(fixed(1, 2));
  const idle = [...refused, unmap(), unregister()];
  // BUG-U hides it behind a 0.
  expect(onAll((s) => run(idle, s).rets.at(-1))).toEqual([0, EBUSY, EBUSY, 0, 0]);
});

test('B2: and drops the count of the old one, which is still mapped', () => {
  const other = { va: VA + 2 * PAGE } as const;
  const calls = [...ready, register(other), map(), refusing({ xchg: 0 }, map(other))];
  const mapped = onAll((s) => regions(run(calls, s)).map((region) => region.mapped));
  // The reference clears [entry, entry + 0): the old mapping stays.
  expect(mapped).toEqual(fixed([2, 1], [1, 2]));
});

test('B3: v1 MAP of a page not contained in the IOMMU page keeps it pinned', () => {
  const setting = {
    versions: [1],
    groups: [{ kind: 'legacy', family: 0, tables: [{ itMap: true, pageShift: 16 }] }],
    geometry: { tce32Size: 0x40000 },
  } as const;
  const calls = [attach(), enable(), map({ size: 0x10000 })];
  expect(onAll((s) => run(calls, s).rets.at(-1), setting)).toEqual(fixed(EPERM, EPERM));
  expect(onAll((s) => pins(run(calls, s), VA), setting)).toEqual(fixed(0, 1));
});

describe('§13 R5: MAP against UNMAP of one iova (BUG-X)', () => {
  const race = (later: readonly Op[]) =>
    onAll((setting) => {
      const host = new Host([...ready, map(), unmap(), map(), ...later], setting);
      for (let i = 0; i < 3; i++) host.finish(i);
      // UNMAP has taken the TCE; what the userspace entry names is not counted down yet.
      host.until(3, 'dec_unless_one', 'mapped');
      host.finish(4, false);
      host.finish(3);
      later.forEach((_, i) => host.finish(5 + i));
      return [live(host), regions(host)[0]?.mapped];
    });

  test('leaves a live entry whose user address may be gone', () => {
    expect(race([])).toEqual(fixed([[0], 2], [[0], 2]));
  });

  test('then UNMAP finds no region to count down', () => {
    expect(race([unmap()])).toEqual(fixed([[], 1], [[], 2]));
  });
});

test('§8 a region lost with its container while another one maps it (BUG-O, R1)', () => {
  const second = { container: 1 } as const;
  const setting = { versions: [2, 2] } as const;
  const elsewhere = register({ ...second, va: VA + 8 * PAGE });
  const calls = [attach(0, 1), register(), elsewhere, map(second), close(), unmap(second)];
  const left = onAll((s) => regions(run(calls, s)).filter(({ ua }) => ua === VA), setting);
  expect(left).toEqual(fixed([], [{ ua: VA, entries: 2, used: 1, mapped: 1 }]));
});

describe('§4 the last group of a container with dynamic windows leaves', () => {
  const calls = [...ready, map(), detach()];
  test('6.12 clears the table', () => {
    for (const id of ['reference', 'spapr/6.12'])
      expect(live(run(calls, { deltas: deltasOf(id) }))).toEqual([]);
  });

  test.each(['spapr/v11', 'spapr/4.2', 'spapr/6.1'])('%s keeps TCEs for later groups', (id) => {
    expect(live(run(calls, { deltas: deltasOf(id) }))).toEqual([0]);
  });
});
