// Page requests of devices behind hwpts with a fault queue: each is answered once, by user space or,
// when the device leaves the hwpt, by iommufd (spec/iommu-core.md §3, iopf).

import { EINVAL } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { Device } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import { hwptFlags } from './hwpt.ts';
import { Hwpt, type Igroup } from './objects.ts';

export class FaultSteps {
  /** iommu_report_device_fault: queued with the hwpt that is attached, else answered INVALID at once. */
  *iommufdReportFault(this: IommuKernel, device: Device): Steps<number> {
    yield device.group.readOnce;
    const group = device.group.value;
    if (group === null) return EINVAL;
    // The mutex stands for iopf_queue_flush_dev(): nobody detaches while a request is under way.
    yield group.mutex.lock;
    const hwpt = yield* this.iommufdFaultHwpt(device);
    if (hwpt !== null) {
      const requests = this.world.iommufd.requests(device);
      yield requests.exchange;
      requests.value += 1;
      yield hwpt.faults.exchange;
      hwpt.faults.value = `${hwpt.faults.value} ${device.index}`.trim();
    }
    yield group.mutex.unlock;
    return hwpt === null ? EINVAL : 0;
  }

  /** The hwpt behind the attach handle, if it takes faults. */
  *iommufdFaultHwpt(this: IommuKernel, device: Device): Steps<Hwpt | null> {
    yield device.domain.readOnce;
    const domain = device.domain.value;
    if (domain?.client !== 'iommufd') return null;
    yield domain.cookie.readOnce;
    const hwpt = domain.cookie.value;
    return hwpt instanceof Hwpt && (hwpt.flags & hwptFlags.faultId) !== 0 ? hwpt : null;
  }

  /**
   * iommufd_auto_response_faults: what the hwpt has of the group is answered INVALID. The handle is the
   * group's: devices that are not attached themselves are behind the table as well.
   */
  *iommufdAutoResponseFaults(this: IommuKernel, hwpt: Hwpt, { group }: Igroup): Steps {
    if ((hwpt.flags & hwptFlags.faultId) === 0) return;
    const devices = this.world.devices.filter(({ spec }) => spec.group === group.index);
    for (const device of devices) yield* this.iommufdRespond(hwpt, device);
  }

  /** Answers every request of a device that the hwpt has. */
  *iommufdRespond(this: IommuKernel, hwpt: Hwpt, device: Device): Steps {
    yield hwpt.faults.exchange;
    const all = hwpt.faults.value.split(' ').filter((text) => text !== '');
    const kept = all.filter((text) => text !== String(device.index));
    hwpt.faults.value = kept.join(' ');
    if (kept.length === all.length) return;
    const requests = this.world.iommufd.requests(device);
    yield requests.exchange;
    requests.value -= all.length - kept.length;
  }
}
