// What in-kernel clients, type1 and iommufd do with mappings.

import type { IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import * as core from '../../scenarios/iommu/attach.ts';
import { device, host, memory, page } from '../../scenarios/iommu/hosts.ts';
import * as on from '../../scenarios/iommu/mappingOps.ts';
import * as vfio from '../../scenarios/iommu/type1Parts.ts';
import { rich } from './rich.ts';

const ioasMap = (at: number, pages = 1): IommuOp => ({
  op: 'ioas_map',
  ioas: 0,
  iova: at * page,
  va: memory + at * page,
  size: pages * page,
});
const ioasUnmap = (at: number, pages = 1): IommuOp => ({
  op: 'ioas_unmap',
  ioas: 0,
  iova: at * page,
  size: pages * page,
});

export const mappingContexts = rich('mapping', [
  {
    id: 'map',
    topology: host(),
    setup: [on.alloc, on.attach],
    ops: [
      on.map(0, 1),
      on.map(1, 1),
      on.map(0, 4),
      on.unmap(0, 1),
      on.unmap(0, 2),
      on.look(0),
      on.read(0),
      on.write(1),
    ],
  },
  {
    id: 'attach',
    topology: host({ groups: [{}, {}], devices: [device(), device({ group: 1 })] }),
    setup: [core.alloc(0), core.alloc(1), core.attach(0, 0)],
    ops: [
      core.attach(0, 0),
      core.attach(1, 0),
      core.attach(1, 1),
      core.detach(0, 0),
      core.detach(1, 1),
      core.replace(1, 0),
      core.free(1),
      core.read(0),
    ],
    refuse: ['attach_dev'],
  },
  {
    id: 'type1',
    topology: vfio.one(),
    setup: vfio.ready(),
    ops: [
      vfio.map(0),
      vfio.map(0, 2),
      vfio.map(1),
      vfio.unmap(0),
      vfio.unmap(0, 2),
      vfio.leave(),
      vfio.write(0),
      vfio.deviceFd(),
    ],
    refuse: ['pin'],
  },
  {
    id: 'iommufd',
    topology: host(),
    setup: [
      { op: 'ioas_alloc', ioas: 0 },
      { op: 'iommufd_bind', device: 0 },
    ],
    ops: [
      ioasMap(1),
      ioasMap(1, 2),
      ioasUnmap(1),
      ioasUnmap(1, 2),
      { op: 'iommufd_attach', device: 0, ioas: 0 },
      { op: 'iommufd_attach', device: 0, hwpt: 0 },
      { op: 'iommufd_detach', device: 0 },
      { op: 'hwpt_alloc', hwpt: 0, device: 0, ioas: 0 },
      { op: 'hwpt_destroy', hwpt: 0 },
      { op: 'ioas_destroy', ioas: 0 },
    ],
    notOn: ['core/6.0', 'core/6.1'],
  },
]);
