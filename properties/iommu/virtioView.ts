// What the properties of virtio-iommu look at, read from outside: endpoints, domains, and the
// device with everything done that is in its queue.

import type { IommuWorld } from '../../engine/iommu/index.ts';
import { type HwState, performed } from '../../engine/iommu/virtio/device.ts';
import { refusals } from '../../engine/iommu/virtio/rules.ts';
import {
  type ViommuDev,
  ViommuDomain,
  type ViommuEndpoint,
} from '../../engine/iommu/virtio/objects.ts';
import { idAt } from '../../engine/iommu/virtio/state.ts';
import { Life } from '../../engine/runtime/index.ts';

/** Every endpoint that is probed. */
export function endpoints(world: IommuWorld): ViommuEndpoint[] {
  const probed: ViommuEndpoint[] = [];
  for (const device of world.devices) {
    if (device.iommu.driver !== 'virtio') continue;
    const vdev = world.virtio.endpoint(device).stored;
    if (vdev !== null) probed.push(vdev);
  }
  return probed;
}

/** Every domain of virtio-iommu that is not freed. */
export function liveDomains(world: IommuWorld): ViommuDomain[] {
  const { virtio } = world;
  const there = virtio.bootDomains.filter((d) => d.life.stored === Life.live);
  for (const object of world.heap.living()) if (object instanceof ViommuDomain) there.push(object);
  return there;
}

/** Those of one instance that are finalised. */
export const domainsOf = (domains: readonly ViommuDomain[], viommu: ViommuDev): ViommuDomain[] =>
  domains.filter((d) => d.viommu.stored === viommu);

/** The domain that an instance knows by an id; its endpoints there are of nobody else's. */
export function domainAt(
  world: IommuWorld,
  mine: readonly ViommuDomain[],
  viommu: ViommuDev,
  id: number,
): ViommuDomain | null {
  const identity = world.virtio.identity(viommu);
  if (identity !== null && idAt(identity, viommu) === id) return identity;
  return mine.find((d) => d.id.stored === id) ?? null;
}

/** The device once it has performed what is in its queue. */
export function settled({ hw }: ViommuDev): HwState {
  let state = hw.state.stored;
  for (let next = state.pending; next !== null; next = state.pending) {
    const [rule] = refusals(hw.config, state, next);
    state = state.answered(rule ?? 'OK');
    if (rule === undefined) state = performed(state, next);
  }
  return state;
}
