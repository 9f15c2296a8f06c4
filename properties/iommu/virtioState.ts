// What holds of virtio-iommu between any two operations: spec/virtio-domain.md §9.

import type { IommuWorld } from '../../engine/iommu/index.ts';
import type { HwDomain } from '../../engine/iommu/virtio/device.ts';
import { type Mapping, mappingText } from '../../engine/iommu/virtio/mappings.ts';
import type { ViommuDev, ViommuDomain, ViommuEndpoint } from '../../engine/iommu/virtio/objects.ts';
import { requestText } from '../../engine/iommu/virtio/requests.ts';
import { configuredIds, idAt, idList } from '../../engine/iommu/virtio/state.ts';
import { Life } from '../../engine/runtime/index.ts';
import { broken } from '../property.ts';
import { virtioProperties as vio } from './virtioCatalogue.ts';
import { domainAt, domainsOf, endpoints, liveDomains, settled } from './virtioView.ts';

/** `lazy`: the program unmaps without a sync, so requests may be left in the queue. */
export function checkVirtio(world: IommuWorld, lazy: boolean): void {
  const vdevs = endpoints(world);
  const domains = liveDomains(world);
  for (const viommu of world.virtio.instances) checkUnanswered(viommu, vdevs, domains);
  for (const vdev of vdevs) checkNotFreed(vdev);
  for (const domain of domains) {
    checkCount(domain, vdevs);
    checkMappings(domain);
  }
  checkStatic(world, vdevs);
  for (const vdev of vdevs) checkReserved(vdev);
  for (const viommu of world.virtio.instances) checkIds(world, viommu, domainsOf(domains, viommu));
  for (const vdev of vdevs) checkAttached(vdev);
  for (const viommu of world.virtio.instances) checkDevice(world, viommu, domains, lazy);
  for (const viommu of world.virtio.instances) checkDetached(viommu, vdevs);
}

/** V11. A request that the device left unanswered, and that the driver takes to be performed. */
function checkUnanswered(
  viommu: ViommuDev,
  vdevs: readonly ViommuEndpoint[],
  domains: readonly ViommuDomain[],
): void {
  const { unanswered } = viommu.hw.state.stored;
  if (unanswered.length === 0) return;
  for (const { ids, vdomain, viommu: mine } of vdevs) {
    const domain = vdomain.stored;
    if (domain === null || mine !== viommu) continue;
    const request = { type: 'attach', domain: idAt(domain, viommu) } as const;
    for (const endpoint of ids)
      silent(requestText({ ...request, endpoint, bypass: domain.bypass.stored }));
  }
  for (const domain of domainsOf(domains, viommu)) {
    if (domain.nrEndpoints.stored === 0) continue;
    for (const m of domain.mappings.stored.all)
      silent(requestText({ type: 'map', domain: domain.id.stored, ...m }));
  }

  function silent(text: string): void {
    if (!unanswered.includes(text)) return;
    const [type] = text.split(' ');
    const message = `${text} was completed with a used length of 0, and is taken to have succeeded`;
    throw broken(vio.unanswered, type as string, message, viommu.hw);
  }
}

/** V13. */
function checkNotFreed({ vdomain, device }: ViommuEndpoint): void {
  const domain = vdomain.stored;
  if (domain === null || domain.life.stored === Life.live) return;
  const message = `${device.name} is attached to ${domain.title}, which is freed`;
  throw broken(vio.freed, 'attached', message, domain);
}

/** V3. */
export function checkCount(domain: ViommuDomain, vdevs: readonly ViommuEndpoint[]): void {
  const there = vdevs.filter((v) => v.vdomain.stored === domain).length;
  counts(domain, domain.nrEndpoints.stored, there);
}

function counts(domain: ViommuDomain, counted: number, there: number): void {
  if (counted === there) return;
  const said = counted < 0 ? 'ULONG_MAX' : String(counted);
  throw broken(
    vio.counts,
    counted < there ? 'too few' : 'too many',
    `nr_endpoints of ${domain.title} is ${said}, and ${there} endpoints are attached to it`,
    domain,
    { nr_endpoints: counted, endpoints: there },
  );
}

/** V3, V12 and V13 of the static identity domain, whose endpoints the instances count. */
function checkStatic(world: IommuWorld, vdevs: readonly ViommuEndpoint[]): void {
  const { instances } = world.virtio;
  const first = instances.find((viommu) => world.virtio.identity(viommu) !== null);
  const domain = first === undefined ? null : world.virtio.identity(first);
  if (domain === null) return;
  if (domain.life.stored !== Life.live)
    throw broken(vio.freed, 'static domain', `${domain.title} is freed`, domain);
  if (!domain.mappings.stored.empty)
    throw broken(vio.bypass, 'mappings', `${domain.title} bypasses, and has mappings`, domain);
  const counted = instances.reduce((n, v) => n + v.identityEndpoints.stored, 0);
  const there = vdevs.filter((v) => v.vdomain.stored === domain).length;
  counts(domain, counted + domain.nrEndpoints.stored, there);
}

/** V7, and V12 of the driver's side. */
function checkMappings(domain: ViommuDomain): void {
  const { all } = domain.mappings.stored;
  if (all.length === 0) return;
  const viommu = domain.viommu.stored;
  if (viommu === null) return;
  if (domain.bypass.stored)
    throw broken(vio.bypass, 'mappings', `bypass ${domain.title} has mappings`, domain);
  const { granule, inputRange } = viommu.hw.config;
  for (const [i, m] of all.entries()) {
    const next = all[i + 1];
    const key =
      next !== undefined && next.start <= m.last
        ? 'overlap'
        : m.start < inputRange.start || m.last > inputRange.end
          ? 'aperture'
          : m.start % granule !== 0 || (m.last + 1) % granule !== 0
            ? 'granule'
            : null;
    if (key === null) continue;
    const message = `${domain.title} has ${mappingText(m)} (${key})`;
    throw broken(vio.disjoint, key, message, domain);
  }
}

/** V15. */
function checkReserved({ reserved, vdomain, device }: ViommuEndpoint): void {
  const domain = vdomain.stored;
  if (domain === null) return;
  for (const region of reserved)
    for (const m of domain.mappings.stored.overlapping(region.start, region.last)) {
      const message = `${domain.title} has ${mappingText(m)}, reserved for ${device.name}`;
      throw broken(vio.reserved, 'reserved region', message, domain);
    }
}

/** V1; and V13: an id is in use as long as its domain lives. */
function checkIds(world: IommuWorld, viommu: ViommuDev, mine: readonly ViommuDomain[]): void {
  const used = idList(viommu.domainIds.stored);
  const { first, last } = configuredIds(viommu);
  for (const domain of mine) {
    const id = domain.id.stored;
    const twin = mine.find((d) => d !== domain && d.id.stored === id);
    if (twin !== undefined)
      throw broken(vio.ids, 'twice', `two domains of ${viommu.name} have the id ${id}`, domain);
    if (id < first || id > last)
      throw broken(vio.ids, 'range', `${domain.title} has the id ${id}, out of range`, domain);
    if (!used.includes(id))
      throw broken(vio.freed, 'id freed', `id ${id} of ${domain.title} is free`, domain);
  }
  const lost = used.find((id) => domainAt(world, mine, viommu, id) === null);
  if (lost === undefined) return;
  throw broken(
    vio.freed,
    'id kept',
    `id ${lost} of ${viommu.name} is nobody's, and in use`,
    viommu,
  );
}

/** V4. */
function checkAttached({ ids, vdomain, viommu, device }: ViommuEndpoint): void {
  const domain = vdomain.stored;
  if (domain === null) return;
  const wanted = idAt(domain, viommu);
  for (const id of ids) {
    const at = viommu.hw.state.stored.domainOf(id);
    if (at === wanted) continue;
    const where = at === null ? 'nowhere' : `to domain ${at}`;
    throw broken(
      vio.attached,
      at === null ? 'nowhere' : 'elsewhere',
      `${device.name} is attached to domain ${wanted}, and at the device ${where}`,
      domain,
    );
  }
}

/** V4, the other way round: who is nowhere for the driver is nowhere at the device. */
function checkDetached(viommu: ViommuDev, vdevs: readonly ViommuEndpoint[]): void {
  const attached = vdevs.filter((v) => v.vdomain.stored !== null).flatMap((v) => v.ids);
  for (const [endpoint, id] of viommu.hw.state.stored.attached) {
    if (attached.includes(endpoint)) continue;
    const message = `endpoint ${endpoint} is in domain ${id} of the device, in none of the driver`;
    throw broken(vio.attached, 'left behind', message, viommu.hw);
  }
}

/** V5, V6, V9, V12: domains of the device against those of the driver. */
function checkDevice(
  world: IommuWorld,
  viommu: ViommuDev,
  domains: readonly ViommuDomain[],
  lazy: boolean,
): void {
  const mine = domainsOf(domains, viommu);
  const attached = (id: number): ViommuDomain | null => {
    const domain = domainAt(world, mine, viommu, id);
    return endpoints(world).some((v) => v.viommu === viommu && v.vdomain.stored === domain)
      ? domain
      : null;
  };
  for (const { request, status } of viommu.hw.state.stored.queue) {
    if (request.type !== 'map' && request.type !== 'unmap') continue;
    const domain = attached(request.domain);
    const text = requestText(request);
    if (domain === null)
      throw broken(vio.unattached, 'in flight', `${text} is in the queue`, viommu.hw);
    if (domain.bypass.stored)
      throw broken(vio.bypass, 'in flight', `${text}: a bypass domain`, viommu.hw);
    if (request.type === 'unmap' && !lazy && status === null)
      throw broken(vio.unmapped, 'not synced', `${text} is still in the queue`, viommu.hw);
  }
  for (const there of settled(viommu).domains) {
    const domain = attached(there.id);
    if (domain === null) {
      const message = `the device has domain ${there.id}, which has no endpoints`;
      throw broken(vio.unattached, 'domain', message, viommu.hw);
    }
    checkDomain(domain, there);
  }
}

function checkDomain(domain: ViommuDomain, there: HwDomain): void {
  if (domain.bypass.stored !== there.bypass)
    throw broken(vio.bypass, 'flag', `domain ${there.id} is attached with another flag`, domain);
  const mine = domain.mappings.stored;
  const same = (m: Mapping) => (other: Mapping) => mappingText(m) === mappingText(other);
  for (const m of mine.all) {
    if (there.mappings.all.some(same(m))) continue;
    const message = `the device has no mapping ${mappingText(m)} of domain ${there.id}`;
    throw broken(vio.mapped, 'lost', message, domain);
  }
  for (const m of there.mappings.all) {
    if (mine.all.some(same(m))) continue;
    const message = `the device still has the mapping ${mappingText(m)} of domain ${there.id}`;
    throw broken(vio.unmapped, 'still mapped', message, domain);
  }
}
