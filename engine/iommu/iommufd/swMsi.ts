// MSI doorbells of devices that iommufd owns: iommufd_sw_msi. The list of doorbells is the context's,
// each hwpt knows which of them it has mapped (spec/cookies.md §3, §6).

import type { Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import { prot } from '../core/leaf.ts';
import type { Device } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import { Hwpt, type Igroup } from './objects.ts';
import { doorbells } from './state.ts';

const msiProt = prot.write | prot.noexec | prot.mmio;

export class SwMsiSteps {
  /** group->mutex is held. No SW_MSI region: the message is left as it is. */
  *iommufdSwMsi(
    this: IommuKernel,
    domain: IommuDomain,
    device: Device,
    address: U64,
  ): Steps<number> {
    yield domain.cookie.readOnce;
    const hwpt = domain.cookie.value;
    return hwpt instanceof Hwpt ? yield* this.iommufdSwMsiOf(hwpt, device, address) : 0;
  }

  *iommufdSwMsiOf(this: IommuKernel, hwpt: Hwpt, device: Device, address: U64): Steps<number> {
    yield device.group.readOnce;
    const group = device.group.value;
    if (group === null) return 0;
    const { ictx } = this.world.iommufd;
    yield ictx.group(group).readOnce;
    const igroup = ictx.group(group).value;
    if (igroup === null) return 0;
    yield igroup.swMsiStart.readOnce;
    const start = igroup.swMsiStart.value;
    if (start < 0) return 0;
    const size = 2 ** this.world.geometry.pageShift;
    yield ictx.swMsiLock.lock;
    const id = yield* this.iommufdSwMsiGetMap(start, address - (address % size));
    const ret = yield* this.iommufdSwMsiInstallBoth(igroup, hwpt.paging, id);
    if (ret === 0) {
      yield igroup.requiredSwMsi.exchange;
      igroup.requiredSwMsi.value |= 1 << id;
      const page = yield* this.iommufdSwMsiIova(id);
      const desc = this.world.cookies.desc(device);
      yield* this.msiDescSetIommuMsiIova(desc, page, Math.log2(size));
    }
    yield ictx.swMsiLock.unlock;
    return ret;
  }

  /** A hwpt that is about to replace this one has gone through the doorbells already. */
  *iommufdSwMsiInstallBoth(
    this: IommuKernel,
    igroup: Igroup,
    hwpt: Hwpt,
    id: number,
  ): Steps<number> {
    yield igroup.nextSwMsi.read;
    const next = igroup.nextSwMsi.value;
    const ret = next === null ? 0 : yield* this.iommufdSwMsiInstall(next, id);
    return ret === 0 ? yield* this.iommufdSwMsiInstall(hwpt, id) : ret;
  }

  /** iommufd_sw_msi_get_map: the doorbell's id, the same for all groups with that window. */
  *iommufdSwMsiGetMap(this: IommuKernel, start: U64, address: U64): Steps<number> {
    const { list } = this.world.iommufd.swMsi;
    yield list.read;
    const known = doorbells(list.value);
    const id = known.findIndex((m) => m.start === start && m.address === address);
    if (id >= 0) return id;
    const text = `${list.value} ${start}:${address}`.trim();
    yield list.write;
    list.value = text;
    return known.length;
  }

  /** sw_msi_start + pgoff * PAGE_SIZE: each window counts its own pages. */
  *iommufdSwMsiIova(this: IommuKernel, id: number): Steps<U64> {
    const { list } = this.world.iommufd.swMsi;
    yield list.read;
    const maps = doorbells(list.value);
    const start = maps[id]?.start ?? 0;
    const before = maps.slice(0, id).filter((m) => m.start === start).length;
    return start + before * 2 ** this.world.geometry.pageShift;
  }

  /** iommufd_sw_msi_install: into the paging hwpt, once. */
  *iommufdSwMsiInstall(this: IommuKernel, hwpt: Hwpt, id: number): Steps<number> {
    yield hwpt.presentSwMsi.read;
    const present = hwpt.presentSwMsi.value;
    if ((present & (1 << id)) !== 0) return 0;
    const iova = yield* this.iommufdSwMsiIova(id);
    const { list } = this.world.iommufd.swMsi;
    yield list.read;
    const address = doorbells(list.value)[id]?.address ?? 0;
    const domain = yield* this.iommufdDomainOf(hwpt);
    const size = 2 ** this.world.geometry.pageShift;
    const ret = yield* this.iommuMap(domain, iova, address, size, msiProt);
    if (ret !== 0) return ret;
    yield hwpt.presentSwMsi.write;
    hwpt.presentSwMsi.value = present | (1 << id);
    return 0;
  }

  /**
   * iommufd_group_setup_msi: what the group's interrupts need already, in the new hwpt too. What they
   * come to need before the group is there, iommufd_sw_msi sees to.
   */
  *iommufdGroupSetupMsi(this: IommuKernel, igroup: Igroup, hwpt: Hwpt): Steps<number> {
    yield igroup.swMsiStart.readOnce;
    if (igroup.swMsiStart.value < 0) return 0;
    const { ictx } = this.world.iommufd;
    yield ictx.swMsiLock.lock;
    yield igroup.nextSwMsi.write;
    igroup.nextSwMsi.value = hwpt;
    yield igroup.requiredSwMsi.read;
    const required = igroup.requiredSwMsi.value;
    let ret = 0;
    for (let id = 0; required >> id !== 0 && ret === 0; id++)
      if ((required & (1 << id)) !== 0) ret = yield* this.iommufdSwMsiInstall(hwpt, id);
    yield ictx.swMsiLock.unlock;
    return ret;
  }

  /** The group is attached to the new hwpt, or stays where it is; igroup->lock is held. */
  *iommufdGroupMsiSettled(this: IommuKernel, igroup: Igroup): Steps {
    yield igroup.swMsiStart.readOnce;
    if (igroup.swMsiStart.value < 0) return;
    const { ictx } = this.world.iommufd;
    yield ictx.swMsiLock.lock;
    yield igroup.nextSwMsi.write;
    igroup.nextSwMsi.value = null;
    yield ictx.swMsiLock.unlock;
  }
}
