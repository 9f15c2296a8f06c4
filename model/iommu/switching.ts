// A group changes the domain that it translates through: every device, or none. What the drivers check
// on the way: spec/coherency-and-ownership.md §1, §5, spec/iommu-core.md §11, spec/virtio-domain.md §4.
import { EINVAL } from '../errno.ts';
import { device, instance, isPaging, needsDirect } from './facts.ts';
import type { Ret, Run } from './run.ts';
import type { Domain, Ref } from './state.ts';
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
  if (ref === 'blocking' && needsDirect(spec)) return EINVAL;
  const domain = typeof ref === 'number' ? run.slot(ref) : null;
  const ret = domain === null ? 0 : suits(run, domain, index);
  if (ret !== 0) return ret;
  return run.fails() ? 'errno' : 0;
}

/** A domain of a client against the device's IOMMU. */
function suits(run: Run, domain: Domain, index: number): Ret {
  const { iommu, reserved } = device(run.world, index);
  const spec = instance(run.world, iommu);
  const isForeign = domain.iommu !== iommu && !isStatic(domain);
  if (spec.driver === 'virtio' && isForeign)
    return endpointTable.step(endpointTable.root(), endpointEvents.foreign).ret;
  const snoopControl = spec.snoopControl !== false;
  const event = coherencyEvents.attach[snoopControl ? 'snoops' : 'cannotSnoop'];
  const { ret } = coherencyTable.step(domain.coherency, event);
  if (ret !== 0) return ret;
  // Domains of other instances, types that devices are not attached to as a whole, what a virtio-iommu
  // device offers: the driver decides.
  const isUsual = isPaging(domain.type) || isStatic(domain);
  const rejects = spec.driver === 'virtio' && (spec.virtio?.noSharing ?? reserved) !== undefined;
  if (isForeign) return run.either() ? EINVAL : 0;
  return (!isUsual || rejects) && run.either() ? 'errno' : 0;
}

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
export function mustMoveTo(run: Run, index: number, ref: Ref): void {
  const group = run.group(index);
  if (group.domain === ref || (ref === 'default' && group.standard === null)) return;
  run.mayRefuse();
  moveTo(run, index, ref);
}
