// OWN-72: attaching looks at force_snooping before it takes the domain's lock.

import { defect } from '../iommu.ts';

export const own72 = defect({
  id: 'OWN-72',
  title: 'A device without snoop control gets into a domain that is being forced',
  source:
    'planted: prepare_domain_attach_device without domain->lock; spec/coherency-and-ownership.md §1',
  class: 'planted',
  violates: 'OWN-006',
  trigger: 'attach a device behind an IOMMU without snoop control || enforce_cache_coherency',
  steps: {
    *opsAddDevice(domain, device) {
      const ret = yield* this.opsCheckSnooping(domain, device);
      if (ret !== 0) return ret;
      yield domain.lock.lock;
      yield domain.attached.exchange;
      domain.attached.value |= 1 << device.index;
      yield domain.lock.unlock;
      return 0;
    },
  },
});
