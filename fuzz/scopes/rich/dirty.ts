// Split, merge and the dirty log of the series; dirty tracking of hwpts.

import * as on from '../../scenarios/iommu/dirtyParts.ts';
import { host, memory, page } from '../../scenarios/iommu/hosts.ts';
import { rich } from './rich.ts';

const range = { iova: 0, size: 2 * page };

export const dirtyContexts = rich('dirty', [
  {
    id: 'dirty-log',
    topology: on.arm,
    setup: [on.alloc, on.attach, on.map(0, 4)],
    ops: [
      on.turn(true, 0, 4),
      on.turn(false, 0, 4),
      on.sync(0, 4),
      on.clear(0, 4),
      on.split(0, 4),
      on.merge(0, 4),
      on.write(0),
      on.read(1),
    ],
    // The series was never merged.
    notOn: ['dirty/6.12'],
  },
  {
    id: 'hwpt-dirty',
    topology: host({ iommus: [{ driver: 'intel', dirtyTracking: true }] }),
    setup: [
      { op: 'ioas_alloc', ioas: 0 },
      { op: 'iommufd_bind', device: 0 },
      { op: 'hwpt_alloc', hwpt: 0, device: 0, ioas: 0, flags: 2 },
    ],
    ops: [
      { op: 'iommufd_attach', device: 0, hwpt: 0 },
      { op: 'iommufd_detach', device: 0 },
      { op: 'hwpt_set_dirty', hwpt: 0, enable: true },
      { op: 'hwpt_set_dirty', hwpt: 0, enable: false },
      { op: 'hwpt_get_dirty', hwpt: 0, ...range },
      { op: 'ioas_map', ioas: 0, va: memory, ...range },
      { op: 'ioas_unmap', ioas: 0, ...range },
      on.write(0),
    ],
    notOn: ['dirty/v3'],
  },
]);
