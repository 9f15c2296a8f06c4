// What clients do with domains of virtio-iommu.

import type { IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import * as on from '../../scenarios/iommu/virtioHosts.ts';
import { rich } from './rich.ts';

const read: IommuOp = { op: 'dma_read', device: 0, iova: 0 };

export const virtioContexts = rich('virtio', [
  {
    id: 'virtio-attach',
    topology: on.pair(),
    setup: [on.alloc(0), on.alloc(1)],
    ops: [
      on.attach(0, 0),
      on.attach(1, 0),
      on.attach(0, 1),
      on.replace(1, 0),
      on.detach(0, 0),
      on.map(0, 1),
      on.unmap(0, 1),
      read,
    ],
    refuse: ['virtio_attach'],
  },
  {
    id: 'virtio-map',
    topology: on.one(),
    setup: [on.alloc(), on.attach()],
    ops: [
      on.map(0, 1),
      on.map(1, 1),
      on.map(0, 2),
      on.unmap(0, 1),
      on.unmap(0, 2),
      on.lookUp(0),
      on.detach(),
      read,
    ],
    refuse: ['virtio_map'],
  },
]);
