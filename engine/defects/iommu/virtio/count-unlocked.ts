// The counts of a domain are under no lock: groups that share it, and who maps while somebody
// attaches, do not see each other.

import { defect } from '../iommu.ts';

export const countUnlocked = defect({
  id: 'VIO-COUNT-UNLOCKED',
  title: 'nr_endpoints is read and written under no common lock',
  source: 'spec/virtio-domain.md §8, “Not protected”; Linux 6.1 to 7.x',
  class: 'data race',
  violates: 'data-race',
  trigger: 'map while the first endpoint is being attached',
  steps: {
    *viommuMove(vdomain, vdev) {
      return yield* this.viommuMoveLocked(vdomain, vdev);
    },
    // The tree is unlocked before anybody looks whether the device is to be told.
    *viommuMapMapping(vdomain, mapping) {
      yield vdomain.mappingsLock.lock;
      const added = yield* this.viommuAddMapping(vdomain, mapping);
      yield vdomain.mappingsLock.unlock;
      if (added !== 0) return added;
      const ret = yield* this.viommuSendMap(vdomain, mapping);
      if (ret === 0) return 0;
      yield vdomain.mappingsLock.lock;
      yield* this.viommuDelMappings(vdomain, mapping.start, mapping.last);
      yield vdomain.mappingsLock.unlock;
      return ret;
    },
    *viommuDetachDev(vdev) {
      yield vdev.vdomain.read;
      if (vdev.vdomain.value !== null) yield* this.viommuDetachLocked(vdev, 0, null);
    },
    *viommuRequest(viommu, request) {
      return yield* this.viommuSendReqSync(viommu, request);
    },
    *viommuReplayMappings(vdomain, viommu) {
      let ret = 0;
      const domain = yield* this.viommuIdAt(vdomain, viommu);
      yield vdomain.mappingsLock.lock;
      yield vdomain.mappings.read;
      for (const mapping of vdomain.mappings.value.all) {
        ret = yield* this.viommuRequest(viommu, { type: 'map', domain, ...mapping });
        if (ret !== 0) break;
      }
      yield vdomain.mappingsLock.unlock;
      return ret;
    },
    *viommuCountDown(vdomain, viommu) {
      const counter = this.viommuCounter(vdomain, viommu);
      yield counter.read;
      const count = counter.value - 1;
      yield counter.write;
      counter.value = count;
      yield viommu.requestLock.lock;
      if (count === 0) yield* this.viommuForgetFailures(vdomain, viommu);
      yield viommu.requestLock.unlock;
    },
  },
});
