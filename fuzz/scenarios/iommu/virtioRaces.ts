// What happens at once behind a virtio-iommu: spec/virtio-domain.md §8.

import type { IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { page, program } from './hosts.ts';
import {
  alloc,
  attach,
  complete,
  detach,
  everywhere,
  free,
  identity,
  map,
  one,
  pair,
  queued,
  replace,
  synchronous,
  twoInstances,
  unfinalised,
  unmap,
} from './virtioHosts.ts';

const dma = (at: number): IommuOp => ({ op: 'dma_read', device: 0, iova: at * page });

export const virtioRaces: readonly Omit<Scenario, 'subsystem'>[] = [
  {
    id: 'virtio/map-attach',
    title: 'map while the first endpoint is attached',
    about: 'a mapping is sent by whoever comes second: the map or the replay',
    expect: {
      ...queued('VIO-005', 'data-race'),
      ...synchronous('VIO-005', 'VIO-009', 'data-race'),
      'virtio/6.1.38': ['VIO-005', 'VIO-009', 'bug', 'data-race'],
    },
    program: program(one(), [alloc()], [[map(0, 1)], [attach()]]),
  },
  {
    id: 'virtio/unmap-detach',
    title: 'unmap while the last endpoint leaves',
    about: 'V6: nothing is sent for a domain that the device has forgotten',
    expect: everywhere('data-race'),
    program: program(one(), [alloc(), attach(), map(0, 1)], [[unmap(0, 1)], [detach()]]),
  },
  {
    id: 'virtio/map-map',
    title: 'two maps at once, one refused by the device',
    about: 'BUG-5: each learns its own status, whoever waits for the queue',
    expect: queued('VIO-005'),
    program: program(one(), [alloc(), attach()], [[map(0, 1)], [map(1, 1)]], ['virtio_map']),
  },
  {
    id: 'virtio/attach-attach',
    title: 'two groups are attached to one domain at once',
    about: 'the first one to arrive replays, both are counted',
    expect: { ...unfinalised('data-race'), ...complete('VIO-003', 'data-race') },
    program: program(pair(), [alloc(), map(0, 1)], [[attach()], [attach(0, 1)]]),
  },
  {
    id: 'virtio/leave-join',
    title: 'the last endpoint leaves a domain while another joins',
    about: 'the device forgets the domain with its last endpoint: who comes then replays',
    expect: { ...unfinalised('data-race'), ...complete('VIO-003', 'data-race') },
    program: program(pair(), [alloc(), map(0, 1), attach()], [[detach()], [attach(0, 1)]]),
  },
  {
    id: 'virtio/alloc-alloc',
    title: 'two domains are allocated at once',
    about: 'V1: the ida gives each id once',
    program: program(one(), [], [[alloc(0)], [alloc(1)]]),
  },
  {
    id: 'virtio/alloc-free',
    title: 'a domain is freed and another takes its id, while the device has requests in its queue',
    about: 'V6: an id that is used again finds nothing of the old domain',
    expect: everywhere('data-race'),
    program: program(
      one(),
      [alloc(), attach(), map(0, 1)],
      [
        [unmap(0, 1), detach(), free()],
        [alloc(1), replace(1)],
      ],
    ),
  },
  {
    id: 'virtio/instances-attach',
    title: 'two instances attach one new domain at once',
    about: 'before 6.16 the first one binds it; since it is bound when it is allocated',
    program: program(twoInstances(), [alloc()], [[attach()], [attach(0, 1)]]),
  },
  {
    id: 'virtio/identity-instances',
    title: 'devices behind two instances enter the static identity domain at once',
    about: 'BUG-7: in 6.16 the count of the one static domain is under the locks of many',
    expect: { 'virtio/6.16': ['data-race'] },
    program: program(
      twoInstances({ bypassConfig: true }),
      [identity()],
      [[attach()], [attach(0, 1)]],
    ),
  },
  {
    id: 'virtio/dma-unmap-fast',
    title: 'DMA while its page is unmapped, and synced later',
    about: 'the device may perform a queued UNMAP at once, or when it is told that there is one',
    program: program(
      one(),
      [alloc(), attach(), map(0, 1)],
      [
        [
          { op: 'iommu_unmap_fast', domain: 0, iova: 0, size: page },
          { op: 'iotlb_sync', domain: 0 },
        ],
        [dma(0)],
      ],
    ),
  },
  {
    id: 'virtio/dma-unmap',
    title: 'DMA while its page is unmapped',
    about: 'V9: the device may translate until the sync, and not after it',
    program: program(one(), [alloc(), attach(), map(0, 1)], [[unmap(0, 1)], [dma(0)]]),
  },
  {
    id: 'virtio/dma-map',
    title: 'DMA while its page is mapped',
    about: 'the device may perform a queued MAP before it is told that there is one',
    program: program(one(), [alloc(), attach()], [[map(0, 1)], [dma(0)]]),
  },
];
