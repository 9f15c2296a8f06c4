// CKE-B1: until 6.14 a fault handler and the mm of an SVA domain share a union that nothing tells apart.

import { bugOn } from '../../../runtime/index.ts';
import { ENOSYS } from '../../../errno.ts';
import { Mm } from '../../../iommu/mm.ts';
import { defect } from '../iommu.ts';

export const cookieB1 = defect({
  id: 'CKE-B1',
  title: 'set_fault_handler overwrites the mm of an SVA domain, which is dropped as one later',
  source: 'spec/cookies.md §1 E1, §2, §8 M6, §10; in Linux up to 6.14',
  class: 'type confusion',
  violates: 'CKE-002',
  trigger: 'sva_domain_alloc, set_fault_handler, domain_free',
  allows: ['handlerIsNoCookie'],
  steps: {
    *iommuSetFaultHandler(domain, handler) {
      yield domain.handler.writeOnce;
      domain.handler.value = handler;
      return true;
    },
    *reportIommuFault(domain) {
      yield domain.handler.readOnce;
      return domain.handler.value === null ? ENOSYS : 0;
    },
    *iommuSvaDomainAlloc(device, mm) {
      const domain = yield* this.opsDomainAlloc(device, 'sva', 'kernel');
      if (typeof domain === 'number') return domain;
      yield* this.cookieTag(domain, 'sva');
      yield mm.count.get;
      yield domain.handler.writeOnce;
      domain.handler.value = mm;
      return domain;
    },
    *svaMmdrop(domain) {
      yield domain.handler.readOnce;
      const mm = domain.handler.value;
      bugOn(!(mm instanceof Mm), 'mmdrop of what is no mm');
      yield (mm as Mm).count.put;
    },
  },
});
