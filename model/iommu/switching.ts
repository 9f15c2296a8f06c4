// A group changes the domain that it translates through: every device, or none. What the drivers check
// on the way: spec/coherency-and-ownership.md §1, §5, spec/iommu-core.md §11, spec/virtio-domain.md §4.
import { EINVAL, EXDEV } from '../errno.ts';
import { device, instance, isPaging, needsDirect } from './facts.ts';
import type { Ret, Run } from './run.ts';
import type { Domain, Ref } from './state.ts';
import type { IommuSpec } from './vocabulary.ts';
import {
  coherencyEvents,
  coherencyTable,
  domainEvents,
  domainTable,
  endpointEvents,
  endpointTable,
  translationEvents,
  translationTable,
} from './tables.ts';

/** What is said of one device: 0, or an error. */
function attachDevice(run: Run, index: number, ref: Ref): Ret {
  const spec = device(run.world, index);
  const isBlocking =
    ref === 'blocking' || (typeof ref === 'number' && run.slot(ref)?.type === 'blocked');
  if (isBlocking && needsDirect(spec) && !run.world.quirks.directClaimed) return EINVAL;
  if (typeof ref === 'number') finalise(run, ref, spec.iommu);
  const domain = typeof ref === 'number' ? run.slot(ref) : null;
  const ret = domain === null ? 0 : suits(run, domain, index);
  if (ret !== 0) return ret;
  return run.fails() ? 'errno' : 0;
}

/** It is of this instance from now on, also where the attach fails after all (virtio §4). */
function finalise(run: Run, slot: number, iommu: number): void {
  if (run.slot(slot)?.isOpen === true) run.changeDomain(slot, { isOpen: false, iommu });
}

/** A domain of a client against the device's IOMMU. */
function suits(run: Run, domain: Domain, index: number): Ret {
  const { world } = run;
  const { iommu, reserved } = device(world, index);
  const spec = instance(world, iommu);
  const isForeign = domain.iommu !== iommu && !isStatic(domain);
  if (spec.driver === 'virtio' && domain.iommu !== iommu && isStatic(domain))
    return run.either() ? (world.quirks.foreignExdev ? EXDEV : EINVAL) : 0;
  if (spec.driver === 'virtio' && isForeign) {
    const { ret } = endpointTable.step(endpointTable.root(), endpointEvents.foreign);
    return world.quirks.foreignExdev ? EXDEV : ret;
  }
  const snoopControl = spec.snoopControl !== false;
  const event = coherencyEvents.attach[snoopControl ? 'snoops' : 'cannotSnoop'];
  const { ret } = coherencyTable.step(domain.coherency, event);
  if (ret !== 0) return ret;
  // Domains of other instances, types that devices are not attached to as a whole, what a virtio-iommu
  // device offers and makes of mappings that are not known: the driver decides.
  const isUsual = isPaging(domain.type) || isStatic(domain);
  const offers = [
    spec.virtio?.noSharing,
    reserved,
    ...(world.quirks.lateFinalise ? ids(spec) : []),
  ];
  const isOffered = domain.leaves === null || offers.some((offer) => offer !== undefined);
  const rejects = spec.driver === 'virtio' && isOffered;
  if (isForeign) return run.either() ? EINVAL : 0;
  return (!isUsual || rejects) && run.either() ? 'errno' : 0;
}

/** What can stand in the way of an id. */
const ids = ({ virtio }: IommuSpec) => [virtio?.firstDomain, virtio?.lastDomain, virtio?.pageShift];

const isStatic = ({ type }: Domain): boolean => type === 'identity' || type === 'blocked';

/** What was switched goes back on an error, which may be refused too. */
export function switchDevices(run: Run, devices: readonly number[], ref: Ref): Ret {
  for (const index of devices) {
    const ret = attachDevice(run, index, ref);
    if (ret === 0) continue;
    run.mayRefuse();
    return ret;
  }
  return 0;
}

const arrivals = {
  default: translationEvents.restored,
  blocking: translationEvents.blocked,
} as const;

/** group->domain changes: domains count the groups that are attached. */
export function moveTo(run: Run, index: number, ref: Ref | null): void {
  const group = run.group(index);
  const event =
    ref === null
      ? translationEvents.emptied
      : typeof ref === 'number'
        ? translationEvents.attached
        : arrivals[ref];
  const translation = translationTable.step(group.translation, event).node;
  count(run, group.domain, 'detached');
  count(run, ref, 'attached');
  run.changeGroup(index, { domain: ref, translation });
}

function count(run: Run, ref: Ref | null, what: 'attached' | 'detached'): void {
  const domain = typeof ref === 'number' ? run.slot(ref) : null;
  if (domain === null) return;
  const life = domainTable.step(domain.life, domainEvents[what]).node;
  run.changeDomain(ref as number, { life });
}

/** IOMMU_SET_DOMAIN_MUST_SUCCEED: the group is there afterwards, whatever a driver says. */
export function mustMoveTo(run: Run, index: number, wanted: Ref): void {
  const group = run.group(index);
  // Before there is a default domain, a group can only be blocked.
  const ref = wanted === 'default' && group.standard === null ? null : wanted;
  if (group.domain === ref) return;
  run.mayRefuse();
  moveTo(run, index, ref);
}
