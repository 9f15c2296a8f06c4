// Properties of attaching and probing: spec/iommu-core.md §7.7 and §7.8. A device that the environment
// has refused to attach may be blocked; it is never left with another domain.

import {
  IommuDomain,
  type IommuGroup,
  type IommuWorld,
  type Device,
} from '../../engine/iommu/index.ts';
import type { IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import { listNodes } from '../../engine/runtime/index.ts';
import { broken, type Property } from '../property.ts';
import type { Part, PartJudge, Uncheckable } from './part.ts';

export const attachProperties = {
  attached: {
    id: 'CORE-007',
    title: 'Devices are attached to what their group says',
    rule: 'group->domain is the domain that the driver has attached for every device of the group that is not deferred, and pasid_array for every PASID; an attach that fails leaves it so',
    source: 'spec/iommu-core.md §7.7',
    blame: 'engine',
    subsystem: 'mapping',
  },
  ordered: {
    id: 'CORE-008',
    title: 'Groups change one thing at a time',
    rule: 'a device is in its group once, a group with devices has one default domain and a domain, and what the core allocates for a group is the group’s',
    source: 'spec/iommu-core.md §7.8',
    blame: 'engine',
    subsystem: 'mapping',
  },
} as const satisfies Record<string, Property>;

/** Whether the environment has refused anything in this run. */
export function hasRefused(world: IommuWorld, program: IommuProgram): boolean {
  return world.env.budget.stored < program.faults.budget;
}

/** Devices of which nothing can be said: kdump's, before their first mapping. */
export const isDeferred = (device: Device, group: IommuGroup): boolean =>
  device.attachDeferred.stored && group.domain.stored === group.defaultDomain.stored;

const titleOf = (domain: IommuDomain | null) => (domain === null ? 'nothing' : domain.title);

class AttachJudge implements PartJudge {
  private readonly world: IommuWorld;
  private readonly program: IommuProgram;

  constructor(world: IommuWorld, program: IommuProgram) {
    this.world = world;
    this.program = program;
  }

  quiescent(exiting: boolean): void {
    this.checkAllocated();
    for (const group of this.world.groups) {
      const devices = listNodes<Device>(group.devices);
      this.checkList(group, devices, exiting);
      for (const device of devices) {
        this.checkAttached(group, device);
        this.checkPasids(group, device, exiting);
      }
    }
  }

  private checkAttached(group: IommuGroup, device: Device): void {
    const want = group.domain.stored;
    const have = device.domain.stored;
    if (have === want || isDeferred(device, group)) return;
    const blocked = have === null || have === group.blockingDomain.stored;
    if (blocked && hasRefused(this.world, this.program)) return;
    throw broken(
      attachProperties.attached,
      'domain',
      `${device.name} is attached to ${titleOf(have)}, its group to ${titleOf(want)}`,
      device,
    );
  }

  private checkPasids(group: IommuGroup, device: Device, exiting: boolean): void {
    for (const pasid of group.pasidsTouched()) {
      const have = device.pasid(pasid).stored;
      const own = device.spec.ownPasids?.includes(pasid) === true;
      const want = own ? null : group.pasid(pasid).stored;
      // A device that came later has none; one that has its own keeps it until it stops.
      const stopped = exiting && device.domain.stored === null;
      if (own ? have?.boot === true || stopped : have === want || have === null) continue;
      throw broken(
        attachProperties.attached,
        'pasid',
        `PASID ${pasid} of ${device.name} is attached to ${titleOf(have)}, not to ${titleOf(want)}`,
        device,
      );
    }
  }

  private checkList(group: IommuGroup, devices: readonly Device[], exiting: boolean): void {
    const stray = devices.find((d) => d.group.stored !== group);
    const lost = this.world.devices.find((d) => d.group.stored === group && !devices.includes(d));
    const wrong = stray ?? lost;
    if (wrong !== undefined)
      throw broken(
        attachProperties.ordered,
        'device list',
        `${wrong.name} is ${stray ? 'listed but not probed' : 'probed but not listed'}`,
        wrong,
      );
    const standard = group.defaultDomain.stored;
    if (exiting || devices.length === 0 || standard === null || group.domain.stored !== null)
      return;
    throw broken(attachProperties.ordered, 'no domain', `${group.name} has no domain`, group);
  }

  /** Domains that the core has made, and that no group has; what a probe has left of a device. */
  private checkAllocated(): void {
    const { world } = this;
    const half = world.devices.find((d) => d.group.stored === null && d.param.stored !== null);
    if (half !== undefined)
      throw broken(
        attachProperties.ordered,
        'dev_iommu',
        `${half.name} is not probed and has a dev_iommu`,
        half,
      );
    const kept = world.groups.flatMap((g) => [g.defaultDomain.stored, g.blockingDomain.stored]);
    for (const object of world.heap.living()) {
      if (object.kind === 'dev_iommu' && world.devices.every((d) => d.param.stored !== object))
        throw broken(attachProperties.ordered, 'dev_iommu', 'a dev_iommu is no device’s', object);
      if (!(object instanceof IommuDomain)) continue;
      const domain = object;
      if (domain.client !== 'core' || kept.includes(domain)) continue;
      throw broken(
        attachProperties.ordered,
        'lost domain',
        `${domain.title} is no group’s`,
        domain,
      );
    }
  }
}

export const attachPart: Part = {
  properties: Object.values(attachProperties),
  judge: (world, program) => new AttachJudge(world, program),
};

/** Invariants that are no property of their own here, and what stands for them. */
export const uncheckable: readonly Uncheckable[] = [
  {
    invariant: 'spec/iommu-core.md §7.14',
    why: 'the runtime’s lock-order, deadlock, self-deadlock and sleep-in-atomic sanitizers are this invariant',
  },
  {
    invariant: 'spec/iommu-core.md §7.8',
    why: 'that group->mutex is held is the data-race sanitizer’s: what it guards is accessed plainly; freeing an attached domain is OWN-012',
  },
];
