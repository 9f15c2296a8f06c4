// Cookies of domains, doorbells of interrupts, and the flush queue of the DMA API.

import type { IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import { backing, device, host, page } from '../../scenarios/iommu/hosts.ts';
import { rich } from './rich.ts';

/** The page that the IOVA allocator hands out first on the small hosts. */
const top = 0x3f000;
const doorbell = 0xfee00000;
const dmaMap = (n: number): IommuOp => ({
  op: 'dma_map',
  device: 0,
  pa: backing + n * page,
  size: page,
});

export const cookieContexts = rich('cookie', [
  {
    id: 'cookies',
    topology: host({ groups: [{}, {}], devices: [device(), device({ group: 1 })] }),
    setup: [{ op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' }],
    ops: [
      { op: 'get_msi_cookie', domain: 0, base: 0x8000 },
      { op: 'get_dma_cookie', domain: 0 },
      { op: 'set_fault_handler', domain: 0 },
      { op: 'attach_group', domain: 0, group: 0 },
      { op: 'attach_group', domain: 0, group: 1 },
      { op: 'detach_group', domain: 0, group: 0 },
      { op: 'prepare_msi', device: 0, address: doorbell },
      { op: 'prepare_msi', device: 1, address: doorbell },
      { op: 'compose_msi', device: 0, address: doorbell },
    ],
    refuse: ['kzalloc'],
  },
  {
    id: 'flush-queue',
    topology: host(),
    setup: [{ op: 'set_group_type', group: 0, type: 'dmaFq' }, dmaMap(0)],
    ops: [
      dmaMap(0),
      dmaMap(1),
      { op: 'dma_unmap', device: 0, iova: top, size: page },
      { op: 'fq_timeout', group: 0 },
      { op: 'dma_read', device: 0, iova: top },
      { op: 'dma_write', device: 0, iova: top - page },
    ],
  },
]);
