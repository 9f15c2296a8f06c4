// Slips that Linux never had, one for each property that none of its defects violates.

import type { ViommuDomain } from '../../../iommu/virtio/objects.ts';
import { idList, idText, lowestFree } from '../../../iommu/virtio/state.ts';
import { ENOMEM, ENOSPC } from '../../../errno.ts';
import { defect } from '../iommu.ts';

const source = 'planted';

export const idTwice = defect({
  id: 'VIO-ID-TWICE',
  title: 'an id is looked for, and taken a moment later',
  source,
  class: 'planted',
  violates: 'VIO-001',
  trigger: 'two domains of one instance are allocated at once',
  steps: {
    *viommuIdAlloc(viommu) {
      const { domainIds } = viommu;
      yield domainIds.readOnce;
      const id = lowestFree(idList(domainIds.value), this.viommuIdRange(viommu));
      if (id === null) return ENOSPC;
      yield domainIds.exchange;
      const ids = new Set([...idList(domainIds.value), id]);
      domainIds.value = idText([...ids]);
      return id;
    },
  },
});

export const rebound = defect({
  id: 'VIO-REBOUND',
  title: 'a domain without endpoints changes to the instance of who attaches',
  source,
  class: 'planted',
  violates: 'VIO-002',
  trigger: 'attach a domain to a device of another instance',
  steps: {
    *viommuCheckInstance(vdomain, vdev) {
      yield vdomain.nrEndpoints.read;
      const idle = vdomain.nrEndpoints.value === 0;
      yield vdomain.viommu.exchange;
      if (idle) vdomain.viommu.value = vdev.viommu;
      return vdomain.viommu.value === vdev.viommu ? 0 : this.viommuForeignErrno();
    },
  },
});

export const firstIdOnly = defect({
  id: 'VIO-FIRST-ID',
  title: 'only the first id of an endpoint is attached',
  source,
  class: 'planted',
  violates: 'VIO-004',
  trigger: 'attach a device with two ids',
  steps: {
    *viommuAttachIds(vdomain, vdev) {
      const domain = yield* this.viommuIdAt(vdomain, vdev.viommu);
      yield vdomain.bypass.read;
      const bypass = vdomain.bypass.value;
      const endpoint = vdev.ids[0] as number;
      const ret = yield* this.viommuRequest(vdev.viommu, {
        type: 'attach',
        domain,
        endpoint,
        bypass,
      });
      return { ret, ids: ret === 0 ? vdev.ids.length : 0 };
    },
  },
});

export const noWait = defect({
  id: 'VIO-NO-WAIT',
  title: 'iotlb_sync does not wait for the device',
  source,
  class: 'planted',
  violates: 'VIO-009',
  trigger: 'map and unmap while attached',
  steps: {
    *viommuIotlbSync(domain) {
      yield* this.viommuOf(domain as ViommuDomain);
    },
  },
});

export const filledBypass = defect({
  id: 'VIO-FILLED-BYPASS',
  title: 'the domain that bypasses is filled like the one that does not',
  source,
  class: 'planted',
  violates: 'VIO-012',
  trigger: 'allocate an identity domain where the device has F_BYPASS_CONFIG',
  steps: {
    *viommuDomainAllocIdentity(device, client) {
      const vdomain =
        this.viommuStaticIdentity(device) ??
        (yield* this.viommuDomainAllocPaging(device, 'identity', client));
      if (typeof vdomain === 'number') return vdomain;
      const ret = yield* this.viommuDomainMapIdentity(vdomain, device);
      if (ret === 0) return vdomain;
      yield* this.viommuDomainFree(vdomain);
      return ret;
    },
  },
});

export const idKept = defect({
  id: 'VIO-ID-KEPT',
  title: 'a domain is freed, its id is not',
  source,
  class: 'planted',
  violates: 'VIO-013',
  trigger: 'allocate a domain and free it',
  steps: {
    *viommuIdFree() {},
  },
});

export const foreignAccepted = defect({
  id: 'VIO-FOREIGN',
  title: 'nobody looks whose a domain is',
  source,
  class: 'planted',
  violates: 'VIO-014',
  trigger: 'attach a domain to a device of another instance',
  steps: {
    *viommuCheckInstance() {
      return 0;
    },
  },
});

export const halfMoved = defect({
  id: 'VIO-HALF-MOVED',
  title: 'ids that have moved are not moved back when a later one fails',
  source,
  class: 'planted',
  violates: 'VIO-010',
  trigger: 'attach a device with two ids, ATTACH of the second refused',
  steps: {
    *viommuUndoMove() {},
  },
});

export const sleepsLocked = defect({
  id: 'VIO-SLEEPS',
  title: 'memory for a mapping is asked for with GFP_KERNEL under mappings_lock',
  source,
  class: 'planted',
  violates: 'sleep-in-atomic',
  trigger: 'map',
  steps: {
    *viommuAddMapping(vdomain, mapping) {
      if (yield* this.world.refuses('kzalloc')) return ENOMEM;
      yield vdomain.mappings.read;
      const old = vdomain.mappings.value;
      const aperture = this.viommuCheckAperture(vdomain, mapping);
      const ret = aperture || this.viommuCheckOverlap(old, mapping);
      if (ret !== 0) return ret;
      yield vdomain.mappings.write;
      vdomain.mappings.value = old.with(mapping);
      return 0;
    },
  },
});
