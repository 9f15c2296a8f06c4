// Two slips with references that Linux never had.

import { defect } from '../iommu.ts';

const planted = { class: 'planted', source: 'planted; spec/iommu-core.md §7.11' } as const;

export const iommufdP11 = defect({
  ...planted,
  id: 'IFD-P11',
  title: 'a group that loses its last reference is given out again',
  violates: 'refcount-saturated',
  trigger: 'iommufd_unbind of one device || iommufd_bind of another one of the group',
  steps: {
    *iommufdGroupTryGet(group, fresh) {
      const { ictx } = this.world.iommufd;
      const cell = ictx.group(group);
      yield ictx.xaLock.lock;
      yield cell.read;
      let igroup = cell.value;
      if (igroup !== null) yield igroup.ref.get;
      else if (fresh !== null) {
        yield cell.write;
        cell.value = fresh;
        igroup = fresh;
      }
      yield ictx.xaLock.unlock;
      return igroup;
    },
  },
});

export const iommufdP12 = defect({
  ...planted,
  id: 'IFD-P12',
  title: 'who puts the last reference to pages puts it twice',
  violates: 'refcount-underflow',
  trigger: 'ioas_unmap of a whole area',
  steps: {
    *ioptPutPages(pages) {
      yield pages.kref.put;
      const last = pages.kref.wasLast;
      if (!last) return;
      yield pages.kref.put;
      yield pages.free;
    },
  },
});
