// DMA behind a virtio-iommu: the device translates by what the requests have told it, at once and
// without a cache that the driver would have to flush.

import { EFAULT } from '../../errno.ts';
import { Access, Flag, type Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { Device } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import { type HwState, translated } from '../virtio/device.ts';
import { idsOf, type VirtioHw } from '../virtio/objects.ts';
import type { Dma, DmaRequest } from './dma.ts';

const known = new WeakMap<VirtioHw, Map<string, Access>>();

/** The device looks an address up: the physical one, or null. */
function lookUp(hw: VirtioHw, endpoint: number, iova: U64, write: boolean): Access {
  let accesses = known.get(hw);
  if (accesses === undefined) known.set(hw, (accesses = new Map()));
  const key = `${endpoint} ${iova} ${write}`;
  let access = accesses.get(key);
  if (access === undefined) {
    const outcome = (v: unknown) => translated(hw.config, v as HwState, endpoint, iova, write);
    access = new Access(hw.state, 'translate', Flag.reads, { outcome });
    accesses.set(key, access);
  }
  return access;
}

export class VirtioDmaSteps {
  *hwVirtioTransaction(
    this: IommuKernel,
    device: Device,
    iova: U64,
    { write, noSnoop }: DmaRequest,
  ): Steps<Dma> {
    const { hw } = this.world.virtio.viommu(device.iommu);
    yield* this.virtioTakeSome(hw);
    yield lookUp(hw, idsOf(device)[0] as number, iova, write);
    const pa = hw.state.outcome as U64 | null;
    if (pa === null) return { ret: EFAULT };
    yield this.world.hw.touch(this.world.page(pa), write);
    return { ret: 0, pa, unsnooped: noSnoop === true && device.spec.noSnoop === true };
  }
}
