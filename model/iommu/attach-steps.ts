// Attach, detach and replace, also of a PASID: spec/coherency-and-ownership.md §5, spec/iommu-core.md
// §3. All of a group is done under group->mutex, in one step.
import { EBUSY, EINVAL, ENODEV, EOPNOTSUPP } from '../errno.ts';
import { device, instance, isPaging } from './facts.ts';
import type { Run } from './run.ts';
import { moveTo, mustMoveTo, switchDevices } from './switching.ts';
import { domainEvents, domainTable, translationEvents, translationTable } from './tables.ts';
import type { OpOf } from './vocabulary.ts';

const driverOf = (run: Run, index: number) =>
  instance(run.world, device(run.world, index).iommu).driver;

function attach(run: Run, slot: number, index: number): void {
  const group = run.group(index);
  const [first] = group.devices;
  const isOther = first !== undefined && driverOf(run, first) !== run.slot(slot)?.driver;
  const event = translationEvents.attach[isOther ? 'other' : 'same'];
  const { ret, effects } = translationTable.step(group.translation, event);
  if (!effects.includes('switchDevices')) return run.finish(ret);
  if (first === undefined) return run.finish('errno');
  const switched = switchDevices(run, group.devices, slot);
  if (switched === 0) moveTo(run, index, slot);
  run.finish(switched);
}

export function attachGroup(run: Run, op: OpOf<'attach_group'>): void {
  if (run.slot(op.domain) === null) return run.finish(EINVAL);
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

/** For groups of one device. */
export function attachDevice(run: Run, op: OpOf<'attach_device'>): void {
  if (run.slot(op.domain) === null) return run.finish(EINVAL);
  const { group } = device(run.world, op.device);
  const { devices, members } = run.group(group);
  if (!members.includes(op.device)) return run.finish(ENODEV);
  if (devices.length !== 1) return run.finish(EINVAL);
  attach(run, op.domain, group);
}

/** It returns nothing and warns; the client turns that into -EINVAL. */
export function detachDevice(run: Run, op: OpOf<'attach_device'>): void {
  const { group } = device(run.world, op.device);
  const { devices, members, domain } = run.group(group);
  const isRight = run.slot(op.domain) !== null && members.includes(op.device);
  if (!isRight || domain !== op.domain || devices.length !== 1) return run.finish(EINVAL);
  detach(run, group);
}

export function replaceDomain(run: Run, op: OpOf<'attach_group'>): void {
  const domain = run.slot(op.domain);
  const group = run.group(op.group);
  const by = domain === null ? 'null' : group.domain === op.domain ? 'present' : 'another';
  const { ret, effects } = translationTable.step(group.translation, translationEvents.replace[by]);
  if (!effects.includes('switchDevices')) return run.finish(ret);
  const isOther = group.devices.some((d) => driverOf(run, d) !== domain?.driver);
  // Of a group without devices nothing is written.
  if (isOther || (group.devices.length === 0 && run.either())) return run.finish('errno');
  const switched = switchDevices(run, group.devices, op.domain);
  if (switched === 0) moveTo(run, op.group, op.domain);
  run.finish(switched);
}

/** Checks in the order of spec/iommu-core.md §3, "pasid attach". */
export function attachPasid(run: Run, op: OpOf<'attach_pasid'>): void {
  const domain = run.slot(op.domain);
  if (domain === null) return run.finish(EINVAL);
  const hasOp = domain.driver !== 'virtio' && (isPaging(domain.type) || domain.type === 'sva');
  if (!hasOp) return run.finish(EOPNOTSUPP);
  const index = device(run.world, op.device).group;
  const { devices, members, pasids } = run.group(index);
  if (!members.includes(op.device)) return run.finish(ENODEV);
  if (driverOf(run, op.device) !== domain.driver || op.pasid === 0) return run.finish(EINVAL);
  const most = devices.map((d) => device(run.world, d).maxPasids ?? 0).filter((m) => m > 0);
  if (most.some((m) => op.pasid >= m)) return run.finish(EINVAL);
  if (pasids.some(([pasid]) => pasid === op.pasid)) return run.finish(EBUSY);
  // What a device's driver has programmed itself is not the core's to touch.
  const isOwn = devices.some((d) => device(run.world, d).ownPasids?.includes(op.pasid) === true);
  if (run.fails()) return run.finish('errno');
  if (isOwn) return run.finish(EBUSY);
  const { node: life } = domainTable.step(domain.life, domainEvents.attached);
  run.changeDomain(op.domain, { life });
  const added = [...pasids, [op.pasid, op.domain] as const].sort((a, b) => a[0] - b[0]);
  run.changeGroup(index, { pasids: added });
  run.finish(0);
}

export function detachPasid(run: Run, op: OpOf<'attach_pasid'>): void {
  const domain = run.slot(op.domain);
  const index = device(run.world, op.device).group;
  const { members, pasids } = run.group(index);
  const at = pasids.findIndex(([pasid, slot]) => pasid === op.pasid && slot === op.domain);
  if (domain === null || !members.includes(op.device) || at < 0) return run.finish(EINVAL);
  const { node: life } = domainTable.step(domain.life, domainEvents.detached);
  run.changeDomain(op.domain, { life });
  run.changeGroup(index, { pasids: pasids.toSpliced(at, 1) });
  run.finish(0);
}
