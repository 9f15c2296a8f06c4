// The software dirty log: spec/split-merge-dirty.md §6.

import { expect, test } from 'vitest';
import { page } from '../../../../fuzz/scenarios/iommu/hosts.ts';
import * as t from '../../../../fuzz/scenarios/iommu/type1Parts.ts';
import { refusing, run } from '../../../../test/iommu/host.ts';
import { EACCES, EFAULT, EINVAL, ENOMEM } from '../../../errno.ts';
import type { IommuOp } from '../../vocabulary/index.ts';

const start = t.dirty(1);
const stop = t.dirty(2);
const get = (at: number, pages: number, more: object = {}) =>
  t.dirty(4, { iova: at * page, size: pages * page, ...more });
const tracked = [...t.ready(), t.map(0, 2), start];

test.each([
  ['an unreadable argument', EFAULT, t.dirty(1, { badPointer: true })],
  ['a short argsz', EINVAL, t.dirty(1, { shortArgsz: true })],
  ['two flags', EINVAL, t.dirty(3)],
  ['no flag', EINVAL, t.dirty(0)],
  ['START again', 0, start],
  ['a range past the end', EINVAL, get(0, 2, { iova: 2 ** 64 - page })],
  ['another page size', EINVAL, get(0, 2, { pgsize: 2 * page })],
  ['a misaligned range', EINVAL, get(0, 2, { iova: 1 })],
  ['half of a mapping', EINVAL, get(0, 1)],
  ['half of it and more', EINVAL, get(1, 4)],
  ['no mapping', 0, get(4, 1)],
])('%s', (_, errno, op: IommuOp) => {
  expect(run([...tracked, op], t.one()).rets.at(-1)).toBe(errno);
});

test('v1 has no dirty log', () => {
  const v1 = [...t.opened(), t.join(), t.setIommu(1), start];
  expect(run(v1, t.one()).rets.at(-1)).toBe(EACCES);
});

test('nothing is reported while nothing is tracked; STOP is always 0', () => {
  const calls = [...t.ready(), t.map(0), get(0, 1), stop, start, stop, get(0, 1)];
  expect(run(calls, t.one()).rets.slice(5)).toEqual([EINVAL, 0, 0, 0, EINVAL]);
});

test('every page is dirty while a group may write what it does not pin', () => {
  const host = run([...tracked, get(0, 2), get(0, 2)], t.one());
  expect(host.results.slice(-2).map((r) => r.out)).toEqual([{ dirty: 2 }, { dirty: 2 }]);
});

test('of mediated devices, what they have pinned', () => {
  const calls = [...t.mediatedReady, t.map(0, 2), t.pin(1), start, get(0, 2)];
  expect(run(calls, t.mediated()).results.at(-1)?.out).toEqual({ dirty: 1 });
});

test('what the group that has left may have written is reported once', () => {
  const joined = [...t.mediatedReady, ...t.opened(0), t.join(0), t.map(0, 2), start];
  const host = run([...joined, t.leave(0), get(0, 2), get(0, 2)], t.mediated());
  expect(host.results.slice(-2).map((r) => r.out)).toEqual([{ dirty: 2 }, { dirty: 0 }]);
});

test('UNMAP with the bitmap; without user memory the mapping stays', () => {
  const unmap = t.unmap(0, 2, { flags: 1 });
  const host = run([...tracked, refusing({ bitmap: 0 }, unmap), unmap], t.one());
  expect(host.results.slice(-2)).toEqual([
    { ret: EFAULT },
    { ret: 0, out: { size: 2 * page, dirty: 2 } },
  ]);
});

test('a START or MAP without memory for a bitmap leaves nothing', () => {
  const calls = [...t.ready(), t.map(0), t.map(1), refusing({ kzalloc: 1 }, start)];
  const host = run([...calls, start, refusing({ kzalloc: 1 }, t.map(2)), t.map(2)], t.one());
  expect(host.rets.slice(-4)).toEqual([ENOMEM, 0, ENOMEM, 0]);
  host.exit();
});
