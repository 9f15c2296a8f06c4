// Who owns a group: drivers, in-kernel owners, VFIO and KVM.

import type { IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import { claim, pair, read, release } from '../../scenarios/iommu/attach.ts';
import * as vfio from '../../scenarios/iommu/type1Parts.ts';
import { rich } from './rich.ts';

const of = (op: 'claim_device' | 'release_device', owner: number, device: number): IommuOp => ({
  op,
  device,
  owner,
});

export const ownershipContexts = rich('ownership', [
  {
    id: 'owners',
    topology: pair,
    setup: [],
    ops: [
      claim(1),
      release(1),
      of('claim_device', 2, 1),
      { op: 'use_default_domain', device: 0 },
      of('claim_device', 1, 0),
      of('release_device', 1, 0),
      of('claim_device', 1, 1),
      { op: 'unuse_default_domain', device: 0 },
      { op: 'use_default_domain', device: 1 },
      read(0),
    ],
    // Before 6.2 owners claim groups; before 5.18 there is no DMA ownership at all.
    notOn: ['core/6.0', 'core/6.1', 'coherency/5.17', 'coherency/5.19'],
  },
  {
    id: 'vfio-kvm',
    topology: vfio.one({ kvms: 1 }),
    setup: vfio.opened(),
    ops: [
      vfio.join(),
      vfio.leave(),
      vfio.setIommu(),
      vfio.deviceFd(),
      vfio.closeDevice(),
      vfio.close(),
      { op: 'kvm_file_add', kvm: 0, group: 0 },
      { op: 'kvm_file_del', kvm: 0, group: 0 },
      { op: 'guest_wbinvd', kvm: 0 },
    ],
  },
]);
