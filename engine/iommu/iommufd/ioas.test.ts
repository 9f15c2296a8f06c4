// IOAS_MAP, UNMAP and COPY: error codes in the order of spec/iommu-core.md §6, pins, what domains hold.

import { describe, expect, test } from 'vitest';
import { backing, host, memory, page } from '../../../fuzz/scenarios/iommu/hosts.ts';
import { run } from '../../../test/iommu/host.ts';

const alloc = { op: 'ioas_alloc', ioas: 0 } as const;
const bind = { op: 'iommufd_bind', device: 0 } as const;
const attach = { op: 'iommufd_attach', device: 0, ioas: 0 } as const;
const map = { op: 'ioas_map', ioas: 0, iova: page, va: memory, size: 2 * page } as const;
const unmap = { op: 'ioas_unmap', ioas: 0, iova: page, size: 2 * page } as const;

describe('a mapping', () => {
  test('pins nothing before there is a domain, its pages after', () => {
    const h = run([alloc, map, bind, attach]);
    expect(h.rets).toEqual([0, 0, 0, 0]);
    expect(h.world.page(backing).pins.stored).toBe(1);
    expect(h.world.page(backing + page).pins.stored).toBe(1);
    expect(h.world.mms[0]?.lockedVm.stored).toBe(2);
    h.exit();
    expect(h.world.page(backing).pins.stored).toBe(0);
    expect(h.world.mms[0]?.lockedVm.stored).toBe(0);
  });

  test('is in a domain that is there already', () => {
    const h = run([alloc, bind, attach, map, unmap], host());
    expect(h.rets).toEqual([0, 0, 0, 0, 0]);
    expect(h.results[4]?.out).toEqual({ size: 2 * page });
    h.exit();
  });
});
