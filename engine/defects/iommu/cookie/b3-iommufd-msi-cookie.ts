// CKE-B3: until 6.13 iommufd's domains say nothing of it: it asks for an MSI cookie as anybody may.

import type { IommuDelta, IommuKernel } from '../../../iommu/kernel.ts';
import type { Hwpt, Igroup } from '../../../iommu/iommufd/objects.ts';
import type { Steps } from '../../../runtime/index.ts';
import { defect } from '../iommu.ts';

/** What iommufd does with its domains in era E1. */
export const iommufdE1: IommuDelta['steps'] & ThisType<IommuKernel> = {
  *iommufdTagDomain(domain, hwpt) {
    // Only for reports: the hwpt knows its domain, not the other way round.
    yield domain.iommufdHwpt.writeOnce;
    domain.iommufdHwpt.value = hwpt;
  },
  *iommufdGroupSetupMsi(igroup, hwpt) {
    yield igroup.swMsiStart.readOnce;
    const start = igroup.swMsiStart.value;
    yield hwpt.msiCookie.readOnce;
    if (start < 0 || hwpt.msiCookie.value) return 0;
    const ret = yield* this.iommuGetMsiCookie(yield* this.iommufdDomainOf(hwpt), start);
    if (ret !== 0) return ret;
    yield hwpt.msiCookie.writeOnce;
    hwpt.msiCookie.value = true;
    return 0;
  },
};

/** Where a group's window starts, for a cookie that the hwpt may have already; negative: nowhere. */
export function* startOfAnotherCookie(igroup: Igroup, hwpt: Hwpt): Steps<number> {
  yield igroup.swMsiStart.readOnce;
  const start = igroup.swMsiStart.value;
  if (start < 0) return start;
  yield hwpt.msiCookie.writeOnce;
  hwpt.msiCookie.value = true;
  return start;
}

export const cookieB3 = defect({
  id: 'CKE-B3',
  title: 'get_msi_cookie succeeds on a domain of iommufd',
  source: 'spec/cookies.md §3 E1, §5, §10; real-bugs.md K1; in Linux up to 6.13',
  class: 'missing check',
  violates: 'CKE-012',
  trigger: 'attach a device to an IOAS; get_msi_cookie of its domain',
  steps: iommufdE1,
});
