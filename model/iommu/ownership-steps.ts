// DMA ownership of groups, and drivers that use the DMA API: spec/coherency-and-ownership.md §4. Owners
// and buses of programs remember what they hold, and give back no more: they say -EINVAL themselves.
import { EINVAL, ENODEV } from '../errno.ts';
import { device, withNumber } from './facts.ts';
import type { Claimant, OwnershipEvent, Through } from './ownership.ts';
import type { Run } from './run.ts';
import type { Claim, Group } from './state.ts';
import { moveTo, mustMoveTo, switchDevices } from './switching.ts';
import { ownershipEvent, ownershipTable } from './tables.ts';
import type { OpOf } from './vocabulary.ts';

function throughOf({ domain, standard, pasids }: Group): Through {
  if (standard === null) return 'nothing';
  return domain === 'default' && pasids.length === 0 ? 'default' : 'elsewhere';
}

function tell(run: Run, index: number, wanted: OwnershipEvent) {
  const group = run.group(index);
  const edge = ownershipTable.step(group.ownership, ownershipEvent(wanted));
  if (edge.node !== group.ownership) run.changeGroup(index, { ownership: edge.node });
  return edge;
}

// Claims.

const noClaim = (owner: number): Claim => ({ owner, byGroup: 0, byDevice: 0 });

const claimOf = (run: Run, index: number, owner: number): Claim =>
  run.group(index).claims.find((c) => c.owner === owner) ?? noClaim(owner);

function remember(run: Run, index: number, claim: Claim): void {
  const others = run.group(index).claims.filter((c) => c.owner !== claim.owner);
  const isHeld = claim.byGroup + claim.byDevice > 0;
  const claims = isHeld ? [...others, claim].sort((a, b) => a.owner - b.owner) : others;
  run.changeGroup(index, { claims });
}

type Kind = 'byGroup' | 'byDevice';

/** The kernel's part, then the owner's note of it. */
function claim(run: Run, index: number, kind: Kind, owner: number): void {
  if (run.progress.phase === 'publish') {
    const mine = claimOf(run, index, owner);
    remember(run, index, { ...mine, [kind]: mine[kind] + 1 });
    return run.finish(0);
  }
  const group = run.group(index);
  const by: Claimant = owner === 0 ? 'null' : owner === group.owner ? 'same' : 'other';
  const type = kind === 'byGroup' ? 'CLAIM_GROUP' : 'CLAIM_DEVICE';
  const { ret, effects } = tell(run, index, { type, by, through: throughOf(group) });
  if (ret !== 0) return run.finish(ret);
  if (effects.includes('block') && !takeOver(run, index, owner)) return;
  run.goOn('publish');
}

/** The blocking domain, which is kept also where the claim fails after this; then the owner. */
function takeOver(run: Run, index: number, owner: number): boolean {
  const { blocking, devices } = run.group(index);
  const isNobody = devices.length === 0;
  if (isNobody || (!blocking && run.fails())) {
    run.finish(!isNobody && run.world.quirks.claimEinval ? EINVAL : 'errno');
    return false;
  }
  run.changeGroup(index, { blocking: true });
  const switched = switchDevices(run, devices, 'blocking');
  if (switched !== 0) {
    run.finish(switched);
    return false;
  }
  moveTo(run, index, 'blocking');
  tell(run, index, { type: 'TAKEN' });
  run.changeGroup(index, { owner });
  return true;
}

/** The owner's note goes first, then the kernel's part. */
function release(run: Run, index: number, kind: Kind, owner: number): void {
  if (run.progress.phase === 'enter') {
    const mine = claimOf(run, index, owner);
    const isOthersFirst = kind === 'byGroup' && mine.byDevice > 0;
    if (isOthersFirst || mine[kind] === 0) return run.finish(EINVAL);
    remember(run, index, { ...mine, [kind]: mine[kind] - 1 });
    return run.goOn('apply');
  }
  const pasids = run.group(index).pasids.length > 0;
  const type = kind === 'byGroup' ? 'RELEASE_GROUP' : 'RELEASE_DEVICE';
  const { effects } = tell(run, index, { type, pasids });
  if (effects.includes('restore')) {
    run.changeGroup(index, { owner: 0 });
    mustMoveTo(run, index, 'default');
  }
  run.finish(0);
}

export const claimGroup = (run: Run, op: OpOf<'claim_group'>): void =>
  claim(run, op.group, 'byGroup', op.owner);
export const releaseGroup = (run: Run, op: OpOf<'claim_group'>): void =>
  release(run, op.group, 'byGroup', op.owner);

const groupOf = (run: Run, index: number): number => device(run.world, index).group;
const isMember = (run: Run, index: number): boolean =>
  run.group(groupOf(run, index)).members.includes(index);

export function claimDevice(run: Run, op: OpOf<'claim_device'>): void {
  if (run.progress.phase === 'enter') {
    if (op.owner === 0) return run.finish(EINVAL);
    if (!isMember(run, op.device)) return run.finish(ENODEV);
  }
  claim(run, groupOf(run, op.device), 'byDevice', op.owner);
}

export function releaseDevice(run: Run, op: OpOf<'claim_device'>): void {
  if (run.progress.phase === 'apply' && !isMember(run, op.device)) {
    // The device is gone: the claim is still there.
    const index = groupOf(run, op.device);
    const mine = claimOf(run, index, op.owner);
    remember(run, index, { ...mine, byDevice: mine.byDevice + 1 });
    return run.finish(EINVAL);
  }
  release(run, groupOf(run, op.device), 'byDevice', op.owner);
}

// Drivers, one a device, under its device_lock.

export function useDefaultDomain(run: Run, op: OpOf<'use_default_domain'>): void {
  const index = groupOf(run, op.device);
  const group = run.group(index);
  if (group.bound.includes(op.device)) return run.finish(EINVAL);
  // A driver that is bound before there is an IOMMU does not count.
  if (!isMember(run, op.device)) return run.finish(0);
  const { ret } = tell(run, index, { type: 'USE', through: throughOf(group) });
  if (ret === 0) run.changeGroup(index, { bound: withNumber(group.bound, op.device) });
  run.finish(ret);
}

export function unuseDefaultDomain(run: Run, op: OpOf<'use_default_domain'>): void {
  if (!run.group(groupOf(run, op.device)).bound.includes(op.device)) return run.finish(EINVAL);
  unbind(run, op.device);
  run.finish(0);
}

/** The device's driver is gone. */
export function unbind(run: Run, index: number): void {
  const at = groupOf(run, index);
  const { bound, pasids } = run.group(at);
  run.changeGroup(at, { bound: bound.filter((d) => d !== index) });
  if (isMember(run, index)) tell(run, at, { type: 'UNUSE', pasids: pasids.length > 0 });
}
