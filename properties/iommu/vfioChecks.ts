// The properties of VFIO groups and of KVM, checked when nothing is in flight:
// spec/coherency-and-ownership.md §7.

import type { IommuWorld } from '../../engine/iommu/index.ts';
import type { Kvm } from '../../engine/iommu/kvm/objects.ts';
import type { VfioDevice, VfioGroup } from '../../engine/iommu/vfio/objects.ts';
import { broken } from '../property.ts';
import { type1Properties as properties } from './type1Catalogue.ts';
import { type1s } from './vfioView.ts';

/** Up to 5.17 nothing is enforced: domains say nothing of coherency. */
export const noEnforce = 'noEnforce';

/** Documented: coherency is what the group's container said at the last FILE_ADD or FILE_DEL. */
const byContainer = 'coherencyByContainer';

export function checkVfio(world: IommuWorld, quirks: readonly string[]): void {
  for (const group of world.vfio.groups) checkUsers(world, group);
  for (const group of world.vfio.groups) checkRegistered(group.devices.stored.items);
  checkIsolated(world);
  for (const kvm of world.kvm.machines) {
    if (!quirks.includes(noEnforce)) checkWbinvd(world, kvm);
    checkNoncoherent(kvm, quirks.includes(byContainer));
  }
}

function checkUsers(world: IommuWorld, group: VfioGroup): void {
  const counts = world.vfio.devices.filter((d) => d.group === group).map((d) => d.openCount.stored);
  const open = counts.filter((n) => n > 0).length;
  const users = group.containerUsers.stored;
  const wanted = group.container.stored === null ? 0 : 1 + open;
  if (counts.some((n) => n < 0))
    throw broken(properties.users, 'negative', 'a device is open fewer than 0 times', group);
  if (users === wanted && (wanted > 0 || open === 0)) return;
  const key = group.container.stored === null ? 'without a container' : 'count';
  throw broken(properties.users, key, `container_users of ${group.name} does not count`, group, {
    users,
    open,
  });
}

function checkRegistered(devices: readonly VfioDevice[]): void {
  for (const { device, group } of devices)
    if (!group.emulated && device.iommu.spec.coherentWalk === false)
      throw broken(
        properties.registered,
        'registered',
        `${device.name} is registered, and its DMA is not coherent with the CPU`,
        device,
      );
}

function checkIsolated(world: IommuWorld): void {
  if (world.topology.allowUnsafeInterrupts === true) return;
  for (const iommu of type1s(world))
    for (const { groupList } of iommu.domainList.stored.items)
      for (const { group } of groupList.stored.items)
        for (const device of world.devices)
          if (device.spec.group === group.index && device.iommu.spec.isolatedMsi === false)
            throw broken(
              properties.isolated,
              'attached',
              `${device.name} is in a container, and its interrupts are not isolated`,
              device,
            );
}

/** Some group of the virtual machine is in a domain that does not enforce. */
function checkWbinvd(world: IommuWorld, kvm: Kvm): void {
  if (kvm.noncoherentDmaCount.stored > 0) return;
  const groups = kvm.fileList.stored.items.map((f) => f.group);
  for (const iommu of type1s(world))
    for (const domain of iommu.domainList.stored.items)
      if (
        !domain.enforceCacheCoherency &&
        domain.groupList.stored.items.some((m) => groups.includes(m.group))
      )
        throw broken(
          properties.wbinvd,
          'not emulated',
          `${kvm.name} has a device that may bypass the caches, and its WBINVD does nothing`,
          kvm,
        );
}

const enforces = ({ device: { iommu } }: VfioDevice): boolean =>
  iommu.driver === 'intel' ? iommu.spec.snoopControl !== false : iommu.driver === 'amd';

function checkNoncoherent(kvm: Kvm, sampled: boolean): void {
  const flag = kvm.noncoherent.stored;
  const count = kvm.noncoherentDmaCount.stored;
  if (count !== (flag ? 1 : 0))
    throw broken(properties.noncoherent, 'count', `${kvm.name} counts wrongly`, kvm, { count });
  if (sampled) return;
  const now = kvm.fileList.stored.items.some(
    ({ group }) => !group.devices.stored.items.every(enforces),
  );
  if (flag === now) return;
  throw broken(
    properties.noncoherent,
    now ? 'missed' : 'left over',
    `${kvm.name} takes its devices for ${flag ? 'noncoherent' : 'coherent'}, and they are not`,
    kvm,
  );
}
