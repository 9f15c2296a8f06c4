// Operations of the IOMMU stack in words: every argument is told, whatever the order of the fields.

import { expect, test } from 'vitest';
import type { IommuOp } from '../engine/iommu/vocabulary/index.ts';
import { iommuOpSchema } from '../fuzz/finding/iommuProgram.ts';
import { host, program } from '../fuzz/scenarios/iommu/hosts.ts';
import { iommuArguments } from './iommuWords.ts';
import { opText } from './words.ts';

const text = (op: IommuOp) => opText(op, program(host(), [], []));

const page = 4096;

test.each<[string, IommuOp]>([
  [
    'iommu_map d0 iova 0x1000 ← pa 0x2000, 1 page',
    { op: 'iommu_map', domain: 0, iova: 0x1000, pa: 0x2000, size: page },
  ],
  [
    'iommu_map d0 iova 0x1000 ← pa 0x2000, 2 pages, prot 1',
    { prot: 1, size: 2 * page, pa: 0x2000, iova: 0x1000, domain: 0, op: 'iommu_map' },
  ],
  [
    'iommu_map_sg d1 iova 0x0 ← pa 0x1000 1 page + pa 0x5000 2 pages',
    {
      op: 'iommu_map_sg',
      domain: 1,
      iova: 0,
      segments: [
        { pa: 0x1000, size: page },
        { pa: 0x5000, size: 2 * page },
      ],
    },
  ],
  ['attach_group d0 g1', { op: 'attach_group', domain: 0, group: 1 }],
  ['domain_alloc d0 dev1 type dma', { op: 'domain_alloc', domain: 0, device: 1, type: 'dma' }],
  ['page_pin pa 0x3000', { op: 'page_pin', pa: 0x3000 }],
  [
    'dma_write dev0 pasid 2 iova 0x10, no snoop',
    { op: 'dma_write', device: 0, iova: 0x10, noSnoop: true, pasid: 2 },
  ],
  [
    'vfio_map_dma c0 iova 0x0 ← va 0x10000, 0x800 bytes, flags 1, bad pointer',
    {
      op: 'vfio_map_dma',
      container: 0,
      iova: 0,
      va: 0x10000,
      size: 0x800,
      flags: 1,
      badPointer: true,
    },
  ],
  [
    'ioas_copy ioas0 iova 0x0 ← ioas1 iova 0x4000, 1 page',
    { op: 'ioas_copy', ioas: 0, from: 1, iova: 0, fromIova: 0x4000, size: page },
  ],
  ['hwpt_alloc dev0 hwpt1 of hwpt0', { op: 'hwpt_alloc', hwpt: 1, device: 0, parent: 0 }],
  [
    'switch_dirty_log d0 off iova 0x0, 1 page',
    { op: 'switch_dirty_log', domain: 0, enable: false, iova: 0, size: page },
  ],
  [
    'clear_dirty_log d0 iova 0x0, 2 pages, bits 0 1',
    { op: 'clear_dirty_log', domain: 0, iova: 0, size: 2 * page, bits: [0, 1] },
  ],
])('%s', (words, op) => {
  expect(text(op)).toBe(words);
});

test('every argument of every operation has its word', () => {
  const fields = new Set(iommuOpSchema.options.flatMap((o) => Object.keys(o.shape)));
  fields.delete('op');
  expect(new Set(iommuArguments)).toEqual(fields);
});
