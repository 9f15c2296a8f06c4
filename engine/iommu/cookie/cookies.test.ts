// Domain cookies: the table of spec/cookies.md §9, the algorithm of §11, the sequences of §12.

import { describe, expect, test } from 'vitest';
import { device, host, page } from '../../../fuzz/scenarios/iommu/hosts.ts';
import { refusing, run } from '../../../test/iommu/host.ts';
import { EEXIST, EINVAL, ENODEV, ENOMEM, ENOSYS, EOPNOTSUPP } from '../../errno.ts';
import type { DomainType, IommuOp } from '../vocabulary/index.ts';

const base = 0x8000000;
const door = 0xfee00000;

const alloc = (type: DomainType = 'unmanaged'): IommuOp => ({
  op: 'domain_alloc',
  domain: 0,
  device: 0,
  type,
});
const sva: IommuOp = { op: 'sva_domain_alloc', domain: 0, device: 0 };
const getDma: IommuOp = { op: 'get_dma_cookie', domain: 0 };
const getMsi: IommuOp = { op: 'get_msi_cookie', domain: 0, base };
const setFault: IommuOp = { op: 'set_fault_handler', domain: 0 };
const attach: IommuOp = { op: 'attach_group', domain: 0, group: 0 };
const detach: IommuOp = { op: 'detach_group', domain: 0, group: 0 };
const free: IommuOp = { op: 'domain_free', domain: 0 };
const prepare = (address = door): IommuOp => ({ op: 'prepare_msi', device: 0, address });

/** Bases of 128M need tables of the real size. */
const real = host({
  geometry: { name: 'real', pageShift: 12, levelBits: 9, levels: 4, leafLevels: [0, 1, 2] },
});

describe('§9 what each state answers', () => {
  test.each([
    ['NONE/UNMANAGED', [alloc()], [0], [0], 1],
    ['NONE/IDENTITY', [alloc('identity')], [0], [EINVAL], 1],
    ['DMA_IOVA', [alloc('dma')], [EEXIST], [EINVAL], 0],
    ['DMA_MSI', [alloc(), getMsi], [EEXIST], [EEXIST], 0],
    ['FAULT_HANDLER', [alloc(), setFault], [EEXIST], [EEXIST], 0],
    ['SVA', [sva], [EEXIST], [EINVAL], 0],
  ] as const)('%s', (_, setup, dma, msi, installed) => {
    const last = (op: IommuOp) => run([...setup, op], real);
    expect(last(getDma).rets.slice(setup.length)).toEqual(dma);
    expect(last(getMsi).rets.slice(setup.length)).toEqual(msi);
    expect(last(setFault).results.at(-1)?.out).toEqual({ installed });
  });

  test('IOMMUFD: -EEXIST, and a handler is ignored', () => {
    const h = run([
      { op: 'ioas_alloc', ioas: 0 },
      { op: 'iommufd_bind', device: 0 },
      { op: 'iommufd_attach', device: 0, ioas: 0 },
      { op: 'attached_get_msi_cookie', device: 0, base },
      { op: 'attached_set_fault_handler', device: 0 },
    ]);
    expect(h.rets).toEqual([0, 0, 0, EEXIST, 0]);
    expect(h.results[4]?.out).toEqual({ installed: 0 });
    expect(h.world.groups[0]?.domain.stored?.cookieType.stored).toBe('iommufd');
    h.exit();
  });

  test('a failure changes no field', () => {
    const h = run([alloc(), getMsi, getMsi, getDma, setFault], real);
    const domain = h.world.slots.domain(0).stored;
    expect(domain?.cookieType.stored).toBe('dmaMsi');
    expect(domain?.cookie.stored?.kind).toBe('msi_cookie');
    h.exit();
  });

  test.each([
    ['get_dma_cookie', getDma],
    ['get_msi_cookie', getMsi],
  ] as const)('%s without memory: -ENOMEM, and no tag', (_, op) => {
    const h = run([alloc(), refusing({ kzalloc: 0 }, op), op], real);
    expect(h.rets).toEqual([0, ENOMEM, 0]);
    h.exit();
  });
});

describe('§2 report_iommu_fault', () => {
  const report: IommuOp = { op: 'report_fault', device: 0, iova: 0 };
  test.each([
    ['a handler', [alloc(), setFault, attach, report], 0],
    ['no handler', [alloc(), attach, report], ENOSYS],
    ['another cookie', [alloc(), getMsi, attach, report], ENOSYS],
  ] as const)('%s', (_, calls, ret) => {
    expect(run(calls, real).rets.at(-1)).toBe(ret);
  });
});

describe('§12', () => {
  const addresses = (calls: readonly IommuOp[]) =>
    run(calls, real).results.map((r) => r.out?.['address']);

  test('1: base, the same page again, the next one', () => {
    const calls = [alloc(), getMsi, attach, prepare(), prepare(door + 4), prepare(door + page)];
    expect(addresses(calls)).toEqual([
      undefined,
      undefined,
      undefined,
      0x8000000,
      0x8000004,
      0x8001000,
    ]);
    run([...calls, detach, free], real).exit();
  });

  test('2: a page that cannot be mapped takes no IOVA', () => {
    const h = run(
      [
        alloc(),
        getMsi,
        attach,
        prepare(),
        refusing({ map_pages: 'all' }, prepare(door + page)),
        prepare(door + 2 * page),
      ],
      real,
    );
    expect(h.rets).toEqual([0, 0, 0, 0, ENOMEM, 0]);
    expect(h.results[5]?.out).toEqual({ address: 0x8001000 });
    h.exit();
  });

  test('6: IDENTITY leaves the message alone; UNMANAGED without a cookie is -EOPNOTSUPP', () => {
    const identity = host({ groups: [{ defaultDomain: 'identity' }] });
    const h = run([prepare(), alloc(), attach, prepare()], identity);
    expect(h.rets).toEqual([0, 0, 0, EOPNOTSUPP]);
    expect(h.results[0]?.out).toEqual({ address: door });
    h.exit();
  });

  test('the window at 0: the first IOVA looks like a failure', () => {
    const zero: IommuOp = { op: 'get_msi_cookie', domain: 0, base: 0 };
    expect(run([alloc(), zero, attach, prepare()], real).rets).toEqual([0, 0, 0, ENOMEM]);
  });

  test('a default domain: an IOVA of its allocator', () => {
    const h = run([prepare(), prepare(door + 8)]);
    // The last page of 256K: the allocator goes down from the limit.
    expect(h.results.map((r) => r.out)).toEqual([{ address: 0x3f000 }, { address: 0x3f008 }]);
    h.exit();
  });

  test('no group: nothing to do', () => {
    const unplugged = host({ devices: [device({ unplugged: true })] });
    expect(run([prepare()], unplugged).rets).toEqual([0]);
    expect(run([{ op: 'report_fault', device: 0, iova: 0 }], unplugged).rets).toEqual([ENODEV]);
  });
});

describe('§7.5 what domain_free releases', () => {
  test('SVA: the mm', () => {
    expect(run([sva]).world.mms[0]?.count.stored).toBe(2);
    const h = run([sva, free]);
    expect(h.world.mms[0]?.count.stored).toBe(1);
    h.exit();
  });

  test.each([
    ['DMA_IOVA', [alloc(), getDma]],
    ['DMA_MSI', [alloc(), getMsi]],
    ['FAULT_HANDLER', [alloc(), setFault]],
    ['NONE', [alloc()]],
  ] as const)('%s', (_, calls) => {
    const h = run([...calls, free], real);
    expect(h.rets.at(-1)).toBe(0);
    h.exit();
  });
});
