// Devices come and go, and default domains with them: spec/iommu-core.md §3, spec/coherency-and-
// ownership.md §4 (sysfs), §5 (hot-plug).
import { EBUSY, EINVAL, EPERM } from '../errno.ts';
import { device, withNumber } from './facts.ts';
import { unbind } from './ownership-steps.ts';
import type { Ret, Run } from './run.ts';
import type { Group } from './state.ts';
import { moveTo, switchDevices } from './switching.ts';
import type { OpOf } from './vocabulary.ts';

const without = (list: readonly number[], gone: number) => list.filter((d) => d !== gone);

/** iommu_probe_device: one at a time; the device knows its group before the group knows it. */
export function probeDevice(run: Run, op: OpOf<'probe_device'>): void {
  const index = device(run.world, op.device).group;
  const group = run.group(index);
  if (run.progress.phase === 'enter') {
    if (run.probing) return wait(run);
    if (group.members.includes(op.device)) return run.goOn('publish');
    if (run.fails()) return run.finish('errno');
    run.probing = true;
    run.changeGroup(index, { members: withNumber(group.members, op.device) });
    return run.goOn('apply');
  }
  if (run.progress.phase === 'publish') return setUpLater(run, index, op.device, op.bus === true);
  run.probing = false;
  run.changeGroup(index, { devices: [...group.devices, op.device] });
  const ret = settle(run, index, op.device, op.bus === true);
  if (ret === 0) return run.goOn('publish');
  leave(run, index, op.device);
  run.finish(ret);
}

function wait(run: Run): void {
  run.waits = true;
}

/** The group's domain, owned or not; the first device brings the default domain, `later` aside. */
function settle(run: Run, index: number, added: number, later: boolean): Ret {
  const { domain, standard } = run.group(index);
  // Direct mappings of the new device, which may be refused unnoticed.
  if (standard !== null) run.mayRefuse();
  if (domain !== null) return switchDevices(run, [added], domain);
  return standard !== null || later ? 0 : setUpDefault(run, index);
}

/** bus_iommu_probe: default domains come after all the devices. */
function setUpLater(run: Run, index: number, added: number, isBus: boolean): void {
  const { standard, devices } = run.group(index);
  const isNeeded = isBus && standard === null && devices.length > 0;
  const ret = isNeeded ? setUpDefault(run, index) : 0;
  // The IOMMU is unregistered again.
  if (ret !== 0 && (devices.length > 1 || !isHeld(run.group(index)))) leave(run, index, added);
  run.finish(ret);
}

/** The first default domain: devices that disagree, and refusals, leave none. */
function setUpDefault(run: Run, index: number): Ret {
  const { devices } = run.group(index);
  const specs = devices.map((d) => device(run.world, d));
  const isUntrusted = specs.some((d) => d.untrusted === true);
  if (isUntrusted && specs.some((d) => d.defDomainType === 'identity')) return EINVAL;
  // A type that cannot be had becomes DMA; anything else that is refused is an error.
  if (run.refuses() && run.either()) {
    run.mayRefuse();
    return 'errno';
  }
  run.mayRefuse();
  const wanted = specs.flatMap((d) => d.defDomainType ?? []);
  const asked = wanted.includes('identity') ? 'identity' : wanted[0];
  const usual = run.world.topology.groups[index]?.defaultDomain ?? 'dma';
  run.changeGroup(index, { standard: isUntrusted ? 'dma' : (asked ?? usual) });
  // Claimed or attached before there was a default domain: it waits for the release.
  if (run.group(index).domain === null) moveTo(run, index, 'default');
  return 0;
}

/** iommu_deinit_device: with the last device the group's own domains go. */
function leave(run: Run, index: number, gone: number): void {
  const group = run.group(index);
  const devices = without(group.devices, gone);
  run.changeGroup(index, { devices, members: without(group.members, gone) });
  if (devices.length > 0) return;
  moveTo(run, index, null);
  run.changeGroup(index, { standard: null, blocking: false });
}

/** device_del: the driver is unbound, then the device leaves, unless its group is held by somebody. */
export function removeDevice(run: Run, op: OpOf<'remove_device'>): void {
  const index = device(run.world, op.device).group;
  if (run.progress.phase === 'enter' && run.group(index).bound.includes(op.device)) {
    unbind(run, op.device);
    return run.goOn('apply');
  }
  const group = run.group(index);
  if (!group.members.includes(op.device)) return run.finish(0);
  if (group.devices.length === 1 && isHeld(group)) return run.finish(EBUSY);
  run.mayRefuse();
  leave(run, index, op.device);
  run.finish(0);
}

/** Owned, used, or attached to a client's domain: who unplugs has to wait. */
const isHeld = ({ ownership, domain, pasids }: Group): boolean =>
  ownership.value !== 'unowned' || (domain !== 'default' && domain !== null) || pasids.length > 0;

/** sysfs: checks in the order of spec/coherency-and-ownership.md §4. */
export function setGroupType(run: Run, op: OpOf<'set_group_type'>): void {
  const { standard, devices, ownership } = run.group(op.group);
  if (standard === null) return run.finish(EINVAL);
  // DMA to DMA_FQ is allowed live.
  if (op.type === 'dmaFq' && standard === 'dma') {
    if (run.fails()) return run.finish('errno');
    run.changeGroup(op.group, { standard: 'dmaFq' });
    return run.finish(0);
  }
  if (devices.length === 0 || ownership.value !== 'unowned') return run.finish(EPERM);
  const specs = devices.map((d) => device(run.world, d));
  const wanted = specs.flatMap((d) => d.defDomainType ?? []);
  const isUntrusted = specs.some((d) => d.untrusted === true);
  const conflicts = wanted.some((type) => type !== op.type) || (isUntrusted && op.type !== 'dma');
  if (conflicts && run.either()) return run.finish(EINVAL);
  if (run.fails()) return run.finish('errno');
  run.mayRefuse();
  if (run.group(op.group).domain !== 'default') moveTo(run, op.group, 'default');
  run.changeGroup(op.group, { standard: op.type });
  run.finish(0);
}
