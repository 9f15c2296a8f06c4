// Attach, detach, replace and DMA ownership of groups. All of a group is done under group->mutex, in
// one step: spec/coherency-and-ownership.md §4, §5, spec/iommu-core.md §3, §11.
import { EINVAL, ENODEV } from '../errno.ts';
import { device, groupsOn, instance, isPaging, needsDirect } from './facts.ts';
import type { Claimant, OwnershipEvent, Through } from './ownership.ts';
import type { Ret, Run } from './run.ts';
import type { Domain, Group, Ref } from './state.ts';
import {
  coherencyAlphabet,
  domainEvents,
  domainTable,
  endpointAlphabet,
  endpointTable,
  coherencyTable,
  ownershipAlphabet,
  ownershipTable,
  translationEvents,
  translationTable,
} from './tables.ts';
import type { OpOf } from './vocabulary.ts';

const ownershipEvents = new Map(ownershipAlphabet.map((event) => [JSON.stringify(event), event]));

/** The alphabet's own event. */
function owning(wanted: OwnershipEvent): OwnershipEvent {
  const event = ownershipEvents.get(JSON.stringify(wanted));
  if (event === undefined) throw new Error(`model: no ownership event ${JSON.stringify(wanted)}`);
  return event;
}

export const attachSites = [
  'attach_dev',
  'kzalloc',
  'virtio_attach',
  'virtio_len0',
  'virtio_map',
] as const;

export const allocSites = ['kzalloc', 'domain_alloc', 'page_table'] as const;

/** What the driver says of one device: 0, an error that follows from the topology, or any. */
function attachDevice(run: Run, group: Group, index: number, ref: Ref): Ret {
  const { world } = run;
  const spec = device(world, index);
  if (ref === 'blocking' && needsDirect(spec)) return EINVAL;
  const domain = typeof ref === 'number' ? run.slot(ref) : null;
  if (domain !== null) {
    const ret = suits(run, domain, spec.iommu);
    if (ret !== 0) return ret;
  }
  void group;
  return run.refuses(...attachSites) ? 'errno' : 0;
}

/** A domain of a client against the device's IOMMU. */
function suits(run: Run, domain: Domain, iommu: number): Ret {
  const spec = instance(run.world, iommu);
  const isForeign = domain.iommu !== iommu;
  if (spec.driver === 'virtio' && isForeign) {
    const foreign = endpointAlphabet.find((e) => e.type === 'ATTACH' && e.instance === 'foreign');
    return endpointTable.step(endpointTable.root(), foreign as (typeof endpointAlphabet)[0]).ret;
  }
  const snoopControl = spec.snoopControl !== false;
  const event = coherencyAlphabet.find(
    (e) => e.type === 'ATTACH' && e.snoopControl === snoopControl,
  ) as (typeof coherencyAlphabet)[0];
  const { ret } = coherencyTable.step(domain.coherency, event);
  if (ret !== 0) return ret;
  // Types that devices do not attach to as a whole, and instances whose domains are not shared.
  if (!isPaging(domain.type) && domain.type !== 'identity' && domain.type !== 'blocked')
    return run.either() ? 'errno' : 0;
  if (isForeign && domain.type !== 'identity' && domain.type !== 'blocked')
    return run.either() ? EINVAL : 0;
  return 0;
}

/** Every device of the group, or none: what was switched goes back, which may be refused too. */
function switchDevices(run: Run, group: Group, ref: Ref): Ret {
  for (const index of group.devices) {
    const ret = attachDevice(run, group, index, ref);
    if (ret === 0) continue;
    while (run.refuses(...attachSites));
    return ret;
  }
  return 0;
}

/** group->domain changes: slots count the groups that are attached. */
export function moveTo(run: Run, index: number, ref: Ref | null): void {
  const group = run.group(index);
  const event =
    ref === null
      ? translationEvents.emptied
      : ref === 'default'
        ? translationEvents.restored
        : ref === 'blocking'
          ? translationEvents.blocked
          : translationEvents.attached;
  const translation = translationTable.step(group.translation, event).node;
  count(run, group.domain, domainEvents.detached);
  count(run, ref, domainEvents.attached);
  run.changeGroup(index, { domain: ref, translation });
}

function count(run: Run, ref: Ref | null, event: (typeof domainEvents)['attached']): void {
  if (typeof ref !== 'number') return;
  const domain = run.slot(ref);
  if (domain !== null) run.changeDomain(ref, { life: domainTable.step(domain.life, event).node });
}

/** IOMMU_SET_DOMAIN_MUST_SUCCEED: the group is there afterwards, whatever a driver says. */
function mustMoveTo(run: Run, index: number, ref: Ref): void {
  const group = run.group(index);
  if (group.domain === ref || group.devices.length === 0) return;
  while (run.refuses(...attachSites));
  moveTo(run, index, ref);
}

function attach(run: Run, slot: number, index: number): void {
  const domain = run.slot(slot);
  if (domain === null) return run.finish(EINVAL);
  const group = run.group(index);
  const first = group.devices[0];
  const theirs = first === undefined ? null : instance(run.world, device(run.world, first).iommu);
  const ops = theirs === null || theirs.driver === domain.driver ? 'same' : 'other';
  const { ret, effects } = translationTable.step(group.translation, translationEvents.attach[ops]);
  if (!effects.includes('switchDevices')) return run.finish(ret);
  if (first === undefined) return run.finish('errno');
  const switched = switchDevices(run, group, slot);
  if (switched === 0) moveTo(run, index, slot);
  run.finish(switched);
}

export function attachGroup(run: Run, op: OpOf<'attach_group'>): void {
  attach(run, op.domain, op.group);
}

export function detachGroup(run: Run, op: OpOf<'attach_group'>): void {
  if (run.slot(op.domain) === null) return run.finish(EINVAL);
  detach(run, op.group);
}

function detach(run: Run, index: number): void {
  const group = run.group(index);
  const event = translationEvents.detach[group.owner === 0 ? 'unowned' : 'owned'];
  const { effects } = translationTable.step(group.translation, event);
  mustMoveTo(run, index, effects.includes('toBlocking') ? 'blocking' : 'default');
  run.finish(0);
}

/** The group of a device: -ENODEV without one; for attach_device it has that one device. */
function soleGroup(run: Run, index: number): number | null {
  const { group } = device(run.world, index);
  const { devices } = run.group(group);
  if (!devices.includes(index)) run.finish(ENODEV);
  else if (devices.length !== 1) run.finish(EINVAL);
  else return group;
  return null;
}

export function attachDeviceOp(run: Run, op: OpOf<'attach_device'>): void {
  if (run.slot(op.domain) === null) return run.finish(EINVAL);
  const group = soleGroup(run, op.device);
  if (group !== null) attach(run, op.domain, group);
}

/** iommu_detach_device returns nothing: it warns where attach_device would refuse. */
export function detachDeviceOp(run: Run, op: OpOf<'attach_device'>): void {
  if (run.slot(op.domain) === null) return run.finish(EINVAL);
  const { group } = device(run.world, op.device);
  const { devices } = run.group(group);
  if (devices.length === 1 && devices.includes(op.device)) detach(run, group);
  else run.finish(0);
}

export function replaceDomain(run: Run, op: OpOf<'attach_group'>): void {
  const domain = run.slot(op.domain);
  const group = run.group(op.group);
  const by = domain === null ? 'null' : group.domain === op.domain ? 'present' : 'another';
  const { ret, effects } = translationTable.step(group.translation, translationEvents.replace[by]);
  if (!effects.includes('switchDevices')) return run.finish(ret);
  const theirs = group.devices.map((d) => instance(run.world, device(run.world, d).iommu).driver);
  if (theirs.length === 0 || theirs.some((d) => d !== domain?.driver)) return run.finish('errno');
  const switched = switchDevices(run, group, op.domain);
  if (switched === 0) moveTo(run, op.group, op.domain);
  run.finish(switched);
}

// DMA ownership.

function throughOf({ domain, standard, pasids }: Group): Through {
  if (standard === null) return 'nothing';
  return domain === 'default' && pasids.length === 0 ? 'default' : 'elsewhere';
}

function tell(run: Run, index: number, wanted: OwnershipEvent) {
  const group = run.group(index);
  const edge = ownershipTable.step(group.ownership, owning(wanted));
  if (edge.node !== group.ownership) run.changeGroup(index, { ownership: edge.node });
  return edge;
}

function claim(run: Run, index: number, type: 'CLAIM_GROUP' | 'CLAIM_DEVICE', owner: number) {
  const group = run.group(index);
  const by: Claimant = owner === 0 ? 'null' : owner === group.owner ? 'same' : 'other';
  const { ret, effects } = tell(run, index, { type, by, through: throughOf(group) });
  if (!effects.includes('block')) return run.finish(ret);
  if (group.devices.length === 0) return run.finish('errno');
  if (!group.blocking) {
    if (run.refuses(...allocSites)) return run.finish('errno');
    // It is kept, also where the claim fails after this.
    run.changeGroup(index, { blocking: true });
  }
  const switched = switchDevices(run, run.group(index), 'blocking');
  if (switched !== 0) return run.finish(switched);
  moveTo(run, index, 'blocking');
  tell(run, index, { type: 'TAKEN' });
  run.changeGroup(index, { owner });
  run.finish(0);
}

function release(run: Run, index: number, type: 'RELEASE_GROUP' | 'RELEASE_DEVICE'): void {
  const pasids = run.group(index).pasids.length > 0;
  const { effects } = tell(run, index, { type, pasids });
  if (effects.includes('restore')) {
    run.changeGroup(index, { owner: 0 });
    mustMoveTo(run, index, 'default');
  }
  run.finish(0);
}

export const claimGroup = (run: Run, op: OpOf<'claim_group'>): void =>
  claim(run, op.group, 'CLAIM_GROUP', op.owner);
export const releaseGroup = (run: Run, op: OpOf<'claim_group'>): void =>
  release(run, op.group, 'RELEASE_GROUP');

/** The group that a device is in; null: none, it is not probed. */
function groupOf(run: Run, index: number): number | null {
  const { group } = device(run.world, index);
  return run.group(group).devices.includes(index) ? group : null;
}

export function claimDevice(run: Run, op: OpOf<'claim_device'>): void {
  if (op.owner === 0) return run.finish(EINVAL);
  const group = groupOf(run, op.device);
  if (group === null) return run.finish(ENODEV);
  claim(run, group, 'CLAIM_DEVICE', op.owner);
}

export function releaseDevice(run: Run, op: OpOf<'claim_device'>): void {
  const group = groupOf(run, op.device);
  if (group === null) return run.finish(0);
  release(run, group, 'RELEASE_DEVICE');
}

export function useDefaultDomain(run: Run, op: OpOf<'use_default_domain'>): void {
  const group = groupOf(run, op.device);
  if (group === null) return run.finish(0);
  const { ret } = tell(run, group, { type: 'USE', through: throughOf(run.group(group)) });
  run.finish(ret);
}

export function unuseDefaultDomain(run: Run, op: OpOf<'use_default_domain'>): void {
  const group = groupOf(run, op.device);
  if (group !== null)
    tell(run, group, { type: 'UNUSE', pasids: run.group(group).pasids.length > 0 });
  run.finish(0);
}

/** Some device that translates through a slot's domain is behind an IOMMU without snoop control. */
export const lacksSnoopControl = (run: Run, slot: number): boolean =>
  groupsOn(run.allGroups, slot).some((g) =>
    g.devices.some((d) => instance(run.world, device(run.world, d).iommu).snoopControl === false),
  );
