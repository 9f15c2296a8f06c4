// viommu_domain_finalise at the first attach, as versions before 6.16 have it: what two deltas
// share. spec/virtio-domain.md §3, §4 step 1.

import type { IommuKernel } from '../../../iommu/kernel.ts';
import type { ViommuDomain, ViommuEndpoint } from '../../../iommu/virtio/objects.ts';
import type { Steps } from '../../../runtime/index.ts';

/** Under vdomain->mutex: binds the domain to the endpoint's instance, or compares. */
export function* bindAtAttach(
  kernel: IommuKernel,
  vdomain: ViommuDomain,
  vdev: ViommuEndpoint,
): Steps<number> {
  if (vdomain.isStatic) return 0;
  yield vdomain.mutex.lock;
  yield vdomain.viommu.read;
  const bound = vdomain.viommu.value;
  let ret = 0;
  if (bound === null) ret = yield* finalise(kernel, vdomain, vdev);
  else if (bound !== vdev.viommu) ret = kernel.viommuForeignErrno();
  yield vdomain.mutex.unlock;
  return ret;
}

function* finalise(
  kernel: IommuKernel,
  vdomain: ViommuDomain,
  { viommu, device }: ViommuEndpoint,
): Steps<number> {
  if (kernel.viommuGranuleTooLarge(viommu)) return kernel.viommuGranuleErrno();
  const ret = yield* kernel.viommuDomainInit(vdomain, viommu);
  if (ret !== 0 || vdomain.type !== 'identity') return ret;
  if (viommu.spec.bypassConfig === true) {
    yield vdomain.bypass.write;
    vdomain.bypass.value = true;
    return 0;
  }
  const filled = yield* kernel.viommuDomainMapIdentity(vdomain, device);
  if (filled === 0) return 0;
  const id = yield* kernel.viommuIdAt(vdomain, viommu);
  yield* kernel.viommuIdFree(viommu, id);
  yield vdomain.viommu.write;
  vdomain.viommu.value = null;
  return filled;
}
