// Slips of locking that Linux never had, so that every rule of the runtime is seen to be checked on
// this engine.

import { EBUSY } from '../../../errno.ts';
import { defect } from '../iommu.ts';

const planted = { class: 'planted', source: 'planted; spec/iommu-core.md §7.8, §7.14' } as const;

export const att51 = defect({
  ...planted,
  id: 'ATT-51',
  title: 'detach_group takes group->mutex twice',
  violates: 'self-deadlock',
  trigger: 'attach and detach a group',
  steps: {
    *iommuDetachGroup(_, group) {
      yield group.mutex.lock;
      yield group.defaultDomain.read;
      yield* this.iommuGroupReplaceDomain(group, group.defaultDomain.value);
      yield group.mutex.unlock;
    },
  },
});

export const att52 = defect({
  ...planted,
  id: 'ATT-52',
  title: 'attach_group of a busy group returns with group->mutex',
  violates: 'held-at-exit',
  trigger: 'attach two domains to a group',
  steps: {
    *iommuAttachGroup(domain, group) {
      yield group.mutex.lock;
      if (yield* this.iommuGroupIsBusy(group)) return EBUSY;
      const ret = yield* this.iommuAttachGroupLocked(domain, group);
      yield group.mutex.unlock;
      return ret;
    },
  },
});

export const att53 = defect({
  ...planted,
  id: 'ATT-53',
  title: 'the error path of attach_group gives group->mutex back twice',
  violates: 'bad-unlock',
  trigger: 'attach a domain that the device refuses',
  steps: {
    *iommuAttachGroup(domain, group) {
      yield group.mutex.lock;
      const ret = yield* this.iommuAttachGroupLocked(domain, group);
      if (ret !== 0) yield group.mutex.unlock;
      yield group.mutex.unlock;
      return ret;
    },
  },
});
