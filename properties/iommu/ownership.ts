// Properties of DMA ownership and of forced coherency: spec/coherency-and-ownership.md §7. Owners are
// those that claimed by operations of the program; what VFIO and iommufd own is judged with them.

import type { IommuOp, IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import type { Device, IommuGroup, IommuWorld } from '../../engine/iommu/index.ts';
import { listNodes, type Outcome } from '../../engine/runtime/index.ts';
import { broken, type Property } from '../property.ts';
import { hasRefused, isDeferred } from './attach.ts';
import { CoherencyJudge, coherencyProperties } from './coherency.ts';
import type { Part, PartJudge, Uncheckable } from './part.ts';

const rule = (n: string, title: string, text: string): Property => ({
  id: `OWN-0${n}`,
  title,
  rule: text,
  source: `spec/coherency-and-ownership.md §7.${Number(n)}`,
  blame: 'engine',
  subsystem: 'ownership',
});

export const ownershipProperties = {
  owned: rule(
    '01',
    'An owned group is counted and off the default domain',
    'owner != NULL: owner_cnt >= 1, and group->domain is the blocking domain or one of the owner’s',
  ),
  used: rule(
    '02',
    'Drivers that use the DMA API have the default domain',
    'owner == NULL and owner_cnt > 0: group->domain is the default domain, and owner_cnt drivers are bound',
  ),
  free: rule(
    '03',
    'A group that nobody uses is on its default domain',
    'owner_cnt == 0: owner is NULL, group->domain is the default domain or NULL, no PASID is attached',
  ),
  claims: rule(
    '04',
    'Claims that failed change nothing, claims that succeeded are counted',
    'owner and owner_cnt are those of the claims that succeeded and were not released',
  ),
  translated: rule(
    '05',
    'Every device translates through its group’s domain',
    'the translation entry of every device of a group is group->domain, unless the device is deferred or blocked',
  ),
  freed: rule(
    '12',
    'No freed domain is in use',
    'no group, device, translation entry or PASID has a domain that was freed',
  ),
  exclusive: rule(
    '14',
    'One owner, or drivers: not both, not two',
    'claims of two owners never both succeed, and never while a driver that uses the DMA API is bound',
  ),
} as const satisfies Record<string, Property>;

class OwnershipJudge implements PartJudge {
  private readonly world: IommuWorld;
  private readonly program: IommuProgram;

  constructor(world: IommuWorld, program: IommuProgram) {
    this.world = world;
    this.program = program;
  }

  quiescent(exiting: boolean): void {
    this.checkFreed();
    for (const group of this.world.groups) {
      const devices = listNodes<Device>(group.devices);
      for (const device of devices) this.checkTranslation(group, device);
      this.checkExclusive(group, devices);
      if (!exiting) this.checkClaims(group);
      checkOwned(group, devices);
      if (!exiting) checkUsed(group, devices);
      checkFree(group);
    }
  }

  /** Nobody can take the default domain away from a driver that has just been bound. */
  onEnd(op: IommuOp, { ret }: Outcome): void {
    if (op.op !== 'use_default_domain' || ret !== 0) return;
    const device = this.world.devices[op.device] as Device;
    const group = device.kernelDriver.stored ? device.group.stored : null;
    if (group === null || group.defaultDomain.stored !== null) return;
    throw broken(
      ownershipProperties.used,
      'no default domain',
      `a driver that uses the DMA API is bound, and ${group.name} has no default domain yet`,
      group,
    );
  }

  looks({ op }: IommuOp): boolean {
    return op === 'use_default_domain';
  }

  private checkFreed(): void {
    const { groups, devices } = this.world;
    const cells = [
      ...groups.flatMap((g) => [g.domain, g.defaultDomain, g.blockingDomain]),
      ...groups.flatMap((g) => g.pasidsTouched().map((p) => g.pasid(p))),
      ...devices.flatMap((d) => [d.rid.domain, d.domain]),
      ...devices.flatMap((d) => d.pasidsTouched().map((p) => d.pasid(p))),
    ];
    for (const { stored, object, title } of cells)
      if (stored !== null && stored.life.stored !== 1)
        throw broken(
          ownershipProperties.freed,
          object.kind,
          `${title} is ${stored.title}, which was freed`,
          stored,
        );
  }

  private checkTranslation(group: IommuGroup, device: Device): void {
    const domain = group.domain.stored;
    const want = domain?.type === 'blocked' ? null : domain;
    const have = device.rid.domain.stored;
    if (have === want || isDeferred(device, group)) return;
    const blocked = have === null || have === group.blockingDomain.stored;
    if (blocked && hasRefused(this.world, this.program)) return;
    throw broken(
      ownershipProperties.translated,
      'another domain',
      `${device.name} translates through ${have?.title ?? 'nothing'}, its group has ${domain?.title ?? 'none'}`,
      device,
    );
  }

  private checkExclusive(group: IommuGroup, devices: readonly Device[]): void {
    const owners = this.claimsOf(group).filter((c) => c.count > 0);
    if (owners.length > 1)
      throw broken(
        ownershipProperties.exclusive,
        'two owners',
        `${group.name} was claimed by owners ${owners.map((c) => c.owner).join(' and ')}`,
        group,
      );
    const bound = devices.find((d) => d.kernelDriver.stored);
    if (group.owner.stored === 0 || bound === undefined) return;
    throw broken(
      ownershipProperties.exclusive,
      'owner and driver',
      `${group.name} has an owner, and ${bound.name} a driver that uses the DMA API`,
      group,
    );
  }

  private claimsOf(group: IommuGroup) {
    return this.world.core.claims
      .all()
      .filter((c) => c.group === group.index)
      .map((c) => ({ owner: c.owner, count: c.byGroup.stored + c.byDevice.stored }));
  }

  private checkClaims(group: IommuGroup): void {
    for (const { owner, count } of this.claimsOf(group)) {
      const counted = group.owner.stored === owner ? group.ownerCnt.stored : 0;
      if (counted === count) continue;
      throw broken(
        ownershipProperties.claims,
        counted > count ? 'too many' : 'too few',
        `owner ${owner} has ${count} claims of ${group.name}, which counts ${counted}`,
        group,
        { claims: count, counted },
      );
    }
  }
}

/** In-kernel clients may attach a domain of their own without a claim: theirs to know. */
const byClient = ({ domain }: IommuGroup) =>
  domain.stored?.client === 'kernel' || domain.stored?.isStatic === true;

function checkOwned(group: IommuGroup, devices: readonly Device[]): void {
  if (group.owner.stored === 0 || devices.length === 0) return;
  const counted = group.ownerCnt.stored >= 1;
  const standard = group.domain.stored === group.defaultDomain.stored;
  if (counted && !standard) return;
  throw broken(
    ownershipProperties.owned,
    counted ? 'default domain' : 'not counted',
    `${group.name} is owned, with owner_cnt = ${group.ownerCnt.stored}${standard ? ' and on its default domain' : ''}`,
    group,
  );
}

function checkUsed(group: IommuGroup, devices: readonly Device[]): void {
  const count = group.ownerCnt.stored;
  if (group.owner.stored !== 0 || count === 0) return;
  const bound = devices.filter((d) => d.kernelDriver.stored).length;
  const standard =
    group.domain.stored !== null && group.domain.stored === group.defaultDomain.stored;
  if (bound === count && (standard || byClient(group))) return;
  throw broken(
    ownershipProperties.used,
    bound === count ? 'not the default domain' : 'count',
    `${group.name} has ${bound} drivers that use the DMA API, owner_cnt = ${count}, and ${group.domain.stored?.title ?? 'no domain'}`,
    group,
    { drivers: bound, counted: count },
  );
}

function checkFree(group: IommuGroup): void {
  if (group.ownerCnt.stored !== 0) return;
  const domain = group.domain.stored;
  const standard = domain === null || domain === group.defaultDomain.stored;
  if (group.owner.stored === 0 && (standard || byClient(group))) return;
  throw broken(
    ownershipProperties.free,
    standard ? 'owner' : 'not the default domain',
    `nobody uses ${group.name}, which has owner ${group.owner.stored} and ${domain?.title ?? 'no domain'}`,
    group,
  );
}

export const ownershipPart: Part = {
  properties: [...Object.values(ownershipProperties), ...Object.values(coherencyProperties)],
  judge(world, program) {
    const ownership = new OwnershipJudge(world, program);
    const coherency = new CoherencyJudge(world);
    return {
      onEnd(op, result) {
        ownership.onEnd(op, result);
        coherency.onEnd(op, result);
      },
      looks: (op) => ownership.looks(op) || coherency.looks(op),
      quiescent(exiting) {
        ownership.quiescent(exiting);
        coherency.quiescent();
      },
    };
  },
};

/** Invariants that are no property of their own here, and what stands for them. */
export const uncheckable: readonly Uncheckable[] = [
  {
    invariant: 'spec/coherency-and-ownership.md §7.5',
    why: 'that nothing but the old and the new domain is used during a switch follows from the one store that changes a translation entry; OWN-005 judges groups at rest',
  },
  {
    invariant: 'spec/coherency-and-ownership.md §7.4',
    why: 'that group->domain is the default one after a release is OWN-003, that it is what it was after a failed claim CON-102',
  },
];
