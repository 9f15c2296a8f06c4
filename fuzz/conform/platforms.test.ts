// Sessions on machines as they are: what pseries and powernv do beyond the small scopes.

import { describe, expect, test } from 'vitest';
import {
  begun,
  differing,
  locked,
  map,
  memory,
  no,
  ok,
  open,
  replay,
  set,
  unset,
} from './testing.ts';

describe('pseries', () => {
  const machine = { machine: 'pseries' } as const;
  const create = (fields: object) => ({ page_shift: 16, window_size: '0x100000000', ...fields });

  test('tables are charged once; those of several levels are charged and then refused', () => {
    const report = replay(
      [
        ...begun,
        ok('REGISTER_MEMORY', memory),
        ok('MAP_DMA', map('0x0')),
        locked(2048 + 256),
        ok('SPAPR_TCE_CREATE', create({ levels: 1, start_addr: '0x800000000000000' })),
        locked(2048 + 256 + 512),
        ok('SPAPR_TCE_REMOVE', { start_addr: '0x0' }),
        no('SPAPR_TCE_CREATE', 'EPERM', create({ levels: 1 })),
        ok('SPAPR_TCE_REMOVE', { start_addr: '0x800000000000000' }),
        no('SPAPR_TCE_CREATE', 'EINVAL', create({ levels: 2 })),
        locked(256 + 512 + 2 ** 22 - 4),
        ok('SPAPR_TCE_CREATE', create({ levels: 1, start_addr: '0x0' })),
      ],
      machine,
    );
    expect(differing(report)).toEqual([]);
  });

  test('a window made for one group cannot be set in another', () => {
    const report = replay(
      [
        open('vfio', 3),
        open('0', 4),
        open('1', 5),
        ok(set),
        ok(set),
        ok('SET_IOMMU', { type: 7 }),
        ok('REGISTER_MEMORY', memory),
        no('MAP_DMA', 'EPERM', map('0x0')),
        locked(256),
        ok(unset),
        ok('MAP_DMA', map('0x0')),
        no(set, 'EPERM'),
      ],
      machine,
    );
    expect(differing(report)).toEqual([]);
  });
});

describe('powernv tables', () => {
  test('a table fills a host page, and a level has a largest size', () => {
    const report = replay(
      [
        ...begun,
        ok('REGISTER_MEMORY', memory),
        no('SPAPR_TCE_CREATE', 'ENOMEM', {
          page_shift: 12,
          window_size: '0x10000000000',
          levels: 1,
        }),
        locked(8192 + 256 + 2 ** 22),
        ok('SPAPR_TCE_CREATE', {
          page_shift: 16,
          window_size: '0x100000',
          levels: 1,
          start_addr: '0x800000000000000',
        }),
        ok('UNMAP_DMA', { iova: '0x800000000200000', size: '0x10000', flags: 0 }),
        locked(8192 + 256 + 2 ** 22 + 128),
      ],
      { hostPage: 65536 },
    );
    expect(differing(report)).toEqual([]);
  });
});
