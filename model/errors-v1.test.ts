// One row per error code of a v1 container, in check order: the shortest list of operations that
// reaches it. From spec/spapr-tce-v2.md §2 (6.12 column), §3, with the bugs of §11, §13 fixed.
import { describe, expect, test } from 'vitest';
import { EBADF, EBUSY, EFAULT, ENODEV, ENOMEM, ENOTTY, ENXIO, EPERM } from './errno.ts';
import { limit, resultsOf, type Row } from './error-table.ts';
import { byStranger, NOWHERE, ops, type Parts, VA64K } from './testing.ts';

const bad = { badPointer: true } as const;
const { attach, close, create, detach, disable, enable, map } = ops;
const { register, remove, unregister } = ops;
const v1Ready = [attach(3), enable()];

const live: Parts = { groups: [{ kind: 'legacy', family: 0, kernelDmaLive: true }] };
const liveWithoutMap: Parts = {
  groups: [{ kind: 'legacy', family: 0, kernelDmaLive: true, tables: [{ itMap: false }] }],
};

const table64K: Parts = {
  groups: [{ kind: 'legacy', family: 0, tables: [{ itMap: true, pageShift: 16 }] }],
  geometry: { tce32Size: 0x20000 },
};
const large = map({ size: 0x10000 });
const large64K = map({ size: 0x10000, va: VA64K });

const v1Rows: Readonly<Record<string, readonly Row[]>> = {
  attach: [
    ['no table_group', ENODEV, [attach(), attach(4)]],
    ['second group', EBUSY, [attach(3), attach()]],
    ['same group', EBUSY, [attach(3), attach(3)]],
    ['kernel DMA is live', EBUSY, [attach()], live],
    ['no kernel bitmap', 0, [attach()], liveWithoutMap],
    ['dynamic windows', 0, [attach()]],
  ],
  enable: [
    ['closed', EBADF, [close(), enable()]],
    ['twice', EBUSY, [...v1Ready, enable()]],
    ['stranger', EPERM, [...v1Ready, byStranger(enable())]],
    ['no group', ENODEV, [enable()]],
    [
      'no 32-bit window',
      EPERM,
      [attach(), enable()],
      {
        groups: [{ kind: 'legacy', family: 0, noWindow: true }],
      },
    ],
    ['over the limit', ENOMEM, [attach(3), enable()], limit(3)],
    ['within the limit', 0, [attach(3), enable()], limit(4)],
    ['again after disable', 0, [...v1Ready, disable(), enable()], limit(4)],
  ],
  disable: [
    ['never enabled', 0, [disable()]],
    ['stranger', EPERM, [...v1Ready, byStranger(disable())]],
    ['enabled', 0, [...v1Ready, disable()]],
  ],
  v2only: [
    ['register', ENOTTY, [register(bad)]],
    ['unregister', ENOTTY, [unregister(bad)]],
    ['create', ENOTTY, [create(bad)]],
    ['remove', ENOTTY, [remove(bad)]],
    ['register by a stranger', EPERM, [...v1Ready, byStranger(register())]],
  ],
  map: [
    ['not enabled', EPERM, [attach(3), map()]],
    ['not enabled any more', EPERM, [...v1Ready, disable(), map()]],
    ['not backed', EFAULT, [...v1Ready, map({ va: NOWHERE })]],
    ['backing smaller than the IOMMU page', EPERM, [attach(), enable(), large], table64K],
    ['backing as large as the IOMMU page', 0, [attach(), enable(), large64K], table64K],
    ['no window any more', ENXIO, [...v1Ready, detach(3), map()]],
    ['legacy', 0, [...v1Ready, map()]],
    ['default window', 0, [attach(), enable(), map()]],
    ['default window, over the limit', ENOMEM, [attach(), enable(), map()], limit(5)],
  ],
};

describe.each(Object.entries(v1Rows))('%s', (_name, rows) => {
  for (const row of rows) {
    test(`${row[0]}: ${row[1]}`, () => {
      const rets = resultsOf(1, row);
      // All before the last are there to succeed, or the row says less than it seems to.
      expect(rets.slice(0, -1).filter((before) => before < 0)).toEqual([]);
      expect(rets.at(-1)).toBe(row[1]);
    });
  }
});
