// Scenarios of devices that translate while pages come and go, and of the DMA API. spec/iommu-core.md §4,
// §7, §12.

import type { IommuFaultSite, IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { backing, device, host, page, program } from './hosts.ts';
import {
  free,
  map,
  pin,
  read,
  realloc,
  scenario,
  sync,
  unmap,
  unmapFast,
  unpin,
  write,
} from './mappingOps.ts';

const devices: readonly Scenario[] = [
  scenario(
    'dma-unmap',
    'a page is unmapped and freed while a device writes to it',
    'After the sync no transaction reaches it (§7.3).',
    'intel',
    [map(0, 1)],
    [[unmap(0, 1), free(0)], [write(0)]],
  ),
  scenario(
    'dma-unmap-cached',
    'a page that the IOTLB holds is unmapped and freed',
    'The sync drops it (§7.3).',
    'arm',
    [map(0, 1), read(0)],
    [[unmap(0, 1), free(0), realloc(0)], [write(0)]],
  ),
  scenario(
    'dma-unmap-fast',
    'a page is unmapped without a sync, synced, and freed',
    'Until the sync the device may use it, afterwards it may not (§12 S4).',
    'intel',
    [map(0, 1), read(0)],
    [[unmapFast(0, 1), sync, free(0)], [write(0)]],
  ),
  scenario(
    'dma-map',
    'a device accesses a page while it is mapped',
    'It faults or reaches the page.',
    'amd',
    [],
    [[map(0, 1)], [write(0), read(0)]],
  ),
  scenario(
    'dma-detach',
    'the group is detached, and the domain freed, while a device writes',
    'The domain goes when no transaction is in it any more (§7.3, §7.8).',
    'intel',
    [map(0, 1)],
    [
      [
        { op: 'detach_group', domain: 0, group: 0 },
        { op: 'domain_free', domain: 0 },
      ],
      [write(0)],
    ],
  ),
  scenario(
    'two-devices',
    'two transactions while the page is unmapped',
    'The sync waits for both (§7.3).',
    'intel',
    [map(0, 1)],
    [[unmap(0, 1), free(0)], [read(0)], [write(0)]],
  ),
  scenario(
    'pins',
    'pinned memory is freed by its owner while a device writes to it',
    'The pin keeps the page until it is unmapped (§7.4).',
    'intel',
    [pin(0), map(0, 1)],
    [[unmap(0, 1), unpin(0)], [free(0)], [write(0)]],
  ),
];

/** Two devices of one group, both with a driver that uses the DMA API. */
const bound = host({ devices: [device({ kernelDriver: true }), device({ kernelDriver: true })] });

/** DMA API: one page, at the top of what the page table reaches. */
const dmaMap = (to: number, by = 0): IommuOp => ({
  op: 'dma_map',
  device: by,
  pa: backing + to * page,
  size: page,
});
const top = 63;
const dmaUnmap = (at: number): IommuOp => ({
  op: 'dma_unmap',
  device: 0,
  iova: at * page,
  size: page,
});
const queue: IommuOp = { op: 'set_group_type', group: 0, type: 'dmaFq' };
const timeout: IommuOp = { op: 'fq_timeout', group: 0 };

function dmaApi(
  id: string,
  title: string,
  about: string,
  setup: readonly IommuOp[],
  tasks: readonly (readonly IommuOp[])[],
  refusals: readonly IommuFaultSite[] = [],
): Scenario {
  return {
    id: `mapping/${id}`,
    title,
    about,
    subsystem: 'mapping',
    expect: {},
    program: program(bound, setup, tasks, refusals),
  };
}

const dma: readonly Scenario[] = [
  dmaApi(
    'dma-api',
    'two drivers’ calls map pages at once',
    'Each gets an address of its own; what fails keeps none (§4).',
    [],
    [[dmaMap(0)], [dmaMap(1, 1)]],
    ['map_pages', 'iova'],
  ),
  dmaApi(
    'dma-api-strict',
    'an IOVA is unmapped while the device uses it, and handed out again',
    'Not before the sync (§7.13).',
    [dmaMap(0), read(top)],
    [[dmaUnmap(top), free(0)], [dmaMap(1, 1)]],
  ),
  dmaApi(
    'dma-api-queue',
    'an IOVA waits in the flush queue',
    'It is not handed out before the flush (§7.13, §12 S8).',
    [queue, dmaMap(0), read(top)],
    [[dmaUnmap(top), dmaMap(1)], [timeout]],
  ),
  dmaApi(
    'dma-api-window',
    'a page is freed before the flush queue is flushed',
    'Until the flush the device may still reach it, by design (real-bugs 107).',
    [queue, dmaMap(0), read(top)],
    [[dmaUnmap(top), free(0), timeout, read(top)], [write(top)]],
  ),
];

export const deviceScenarios: readonly Scenario[] = [...devices, ...dma];
