// What random campaigns on the reference once took for a violation: small programs that are right, in
// every interleaving.

import { expect, test } from 'vitest';
import type { IommuOp, IommuProgram } from '../../engine/iommu/index.ts';
import { device, host, memory, page, program } from '../../fuzz/scenarios/iommu/hosts.ts';
import { explore } from './explore.ts';

const clean = (of: IommuProgram) => {
  const { violations, complete } = explore(of);
  expect(violations).toEqual([]);
  expect(complete).toBe(true);
};

const tracked: readonly IommuOp[] = [
  { op: 'ioas_alloc', ioas: 0 },
  { op: 'ioas_map', ioas: 0, iova: 0, va: memory, size: page },
  { op: 'iommufd_bind', device: 0 },
  { op: 'hwpt_alloc', hwpt: 0, device: 0, ioas: 0, flags: 2 },
  { op: 'iommufd_attach', device: 0, hwpt: 0 },
];
const tracking = host({ iommus: [{ driver: 'amd', dirtyTracking: true }] });
const enable = (on = true): IommuOp => ({ op: 'hwpt_set_dirty', hwpt: 0, enable: on });
const get = { op: 'hwpt_get_dirty', hwpt: 0, iova: 0, size: page } as const;
const write = { op: 'dma_write', device: 0, iova: 0 } as const;

test('who began to read the dirty bitmap before tracking was enabled may report what is written after', () => {
  clean(program(tracking, tracked, [[get], [enable(), write, get]]));
});

test('a reader that tracking ends and begins under reports nothing of before', () => {
  const setup = [...tracked, enable(), write];
  clean(program(tracking, setup, [[get], [enable(false), enable()]]));
  clean(program(tracking, [...tracked, enable()], [[enable(false), enable(), get], [write]]));
});

const ioas: IommuOp = { op: 'ioas_alloc', ioas: 0 };
const map = (at: number, pages: number): IommuOp => ({
  op: 'ioas_map',
  ioas: 0,
  iova: at,
  va: memory,
  size: pages * page,
});
const unmap = (at: number, size: number): IommuOp => ({
  op: 'ioas_unmap',
  ioas: 0,
  iova: at,
  size,
});
const bind = (dev: number): IommuOp => ({ op: 'iommufd_bind', device: dev });
const hwpt = (at: number, flags = 0): IommuOp => ({
  op: 'hwpt_alloc',
  hwpt: at,
  device: 0,
  ioas: 0,
  ...(flags === 0 ? {} : { flags }),
});
const attach = (to: number, dev = 0): IommuOp => ({ op: 'iommufd_attach', device: dev, hwpt: to });

test('IOAS_UNMAP begins at the start again: what is mapped behind it goes as well, or is busy', () => {
  const mapped = map(0, 4);
  clean(program(host(), [ioas, mapped], [[unmap(0, 4 * page)], [map(2 * page, 2)]]));
});

test('the bytes of an area beyond 2^63 are exact', () => {
  clean(program(host(), [ioas], [[map(2 ** 63, 1), unmap(2 ** 63, page)]]));
});

test('an interrupt that is set up while its group goes to another hwpt has its doorbell there too', () => {
  const reserved = [{ start: 0x8000, size: 4 * page, kind: 'swMsi' }] as const;
  const setup = [ioas, bind(0), hwpt(0), hwpt(1), attach(0)];
  const prepare: IommuOp = { op: 'prepare_msi', device: 0, address: 0xfee00000 };
  const on = host({ devices: [device({ reserved })] });
  clean(program(on, setup, [[attach(1)], [prepare]], ['map_pages']));
});

test('a page request of a device whose group stays attached by another is answered with that one', () => {
  const setup = [ioas, bind(0), bind(1), hwpt(0, 4), attach(0), attach(0, 1)];
  const detach: IommuOp = { op: 'iommufd_detach', device: 0 };
  const request: IommuOp = { op: 'page_request', device: 0 };
  clean(program(host({ devices: [device(), device()] }), setup, [[detach, request]]));
});

test('the IOTLB may hold direct mappings of a domain that the DMA API uses', () => {
  const reserved = [{ start: 4 * page, size: page, kind: 'direct' }] as const;
  const read: IommuOp = { op: 'dma_read', device: 0, iova: 4 * page };
  clean(program(host({ devices: [device({ reserved })] }), [], [[read]]));
});

test('a device that stops at the end loses the PASIDs of its own driver', () => {
  const devices = [device({ maxPasids: 4 }), device({ maxPasids: 4, ownPasids: [1] })];
  const claim: IommuOp = { op: 'claim_group', group: 0, owner: 1 };
  const use: IommuOp = { op: 'dma_write', device: 1, iova: 0, pasid: 1 };
  const of = program(host({ devices }), [], [[claim, use]], ['attach_dev', 'domain_alloc']);
  clean({ ...of, faults: { ...of.faults, budget: 2 } });
});

test('a domain is not forced while a device without snoop control is refused', () => {
  const on = host({
    iommus: [{ driver: 'intel' }, { driver: 'intel', snoopControl: false }],
    groups: [{}, {}],
    devices: [device(), device({ group: 1, iommu: 1 })],
  });
  const alloc: IommuOp = { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' };
  const join: IommuOp = { op: 'attach_group', domain: 0, group: 1 };
  const enforce: IommuOp = { op: 'enforce_cache_coherency', domain: 0 };
  clean(program(on, [alloc], [[join], [enforce]], ['attach_dev']));
});

test('an unmap of io-pgtable-arm stops at the hole in front of a large page that it would cut', () => {
  const on = host({ iommus: [{ driver: 'arm' }] });
  const alloc: IommuOp = { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' };
  const at = 4 * page;
  const large: IommuOp = { op: 'iommu_map', domain: 0, iova: at, pa: 0x100000, size: at };
  clean(
    program(on, [alloc, large], [[{ op: 'iommu_unmap', domain: 0, iova: 0, size: at + page }]]),
  );
});

test('a bitmap that begins or ends inside a block leaves the block dirty', () => {
  const setup = tracked.map((op) => (op.op === 'ioas_map' ? { ...op, size: 8 * page } : op));
  const read = (at: number, pages: number): IommuOp => ({
    ...get,
    iova: at * page,
    size: pages * page,
  });
  const last: IommuOp = { ...write, iova: 7 * page };
  clean(program(tracking, [...setup, enable()], [[last, read(1, 4), read(0, 8)]]));
});
