// What holds of virtio-iommu between any two operations: spec/virtio-domain.md §9.

import type { IommuWorld } from '../../engine/iommu/index.ts';
import type { HwDomain } from '../../engine/iommu/virtio/device.ts';
import { type Mapping, mappingText } from '../../engine/iommu/virtio/mappings.ts';
import type { ViommuDev, ViommuDomain, ViommuEndpoint } from '../../engine/iommu/virtio/objects.ts';
import { requestText } from '../../engine/iommu/virtio/requests.ts';
import { configuredIds, idList } from '../../engine/iommu/virtio/state.ts';
import { Life } from '../../engine/runtime/index.ts';
import { broken } from '../property.ts';
import { virtioProperties as vio } from './virtioCatalogue.ts';
import { domainsOf, endpoints, liveDomains, settled } from './virtioView.ts';

/** `lazy`: the program unmaps without a sync, so requests may be left in the queue. */
export function checkVirtio(world: IommuWorld, lazy: boolean): void {
  const vdevs = endpoints(world);
  const domains = liveDomains(world);
  for (const { viommu } of world.virtio.instances) checkUnanswered(viommu, vdevs, domains);
  for (const vdev of vdevs) checkNotFreed(vdev);
  for (const domain of domains) {
    checkCount(domain, vdevs);
    checkMappings(domain);
  }
  for (const vdev of vdevs) checkReserved(vdev);
  for (const { viommu, identity } of world.virtio.instances) {
    if (identity !== null && identity.life.stored !== Life.live)
      throw broken(vio.freed, 'static domain', `${identity.title} is freed`, identity);
    checkIds(viommu, domainsOf(domains, viommu));
  }
  for (const vdev of vdevs) checkAttached(vdev);
  for (const { viommu } of world.virtio.instances) checkDevice(viommu, domains, lazy);
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
    const { id, bypass } = domain;
    for (const endpoint of ids)
      silent(requestText({ type: 'attach', domain: id.stored, endpoint, bypass: bypass.stored }));
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
function checkCount(domain: ViommuDomain, vdevs: readonly ViommuEndpoint[]): void {
  const counted = domain.nrEndpoints.stored;
  const there = vdevs.filter((v) => v.vdomain.stored === domain).length;
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
      const message = `${domain.title} has ${mappingText(m)}, where ${device.name} has a reserved region`;
      throw broken(vio.reserved, 'reserved region', message, domain);
    }
}

/** V1; and V13: an id is in use as long as its domain lives. */
function checkIds(viommu: ViommuDev, mine: readonly ViommuDomain[]): void {
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
  const lost = used.find((id) => !mine.some((d) => d.id.stored === id));
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
  for (const id of ids) {
    const at = viommu.hw.state.stored.domainOf(id);
    if (at === domain.id.stored) continue;
    const where = at === null ? 'nowhere' : `to domain ${at}`;
    throw broken(
      vio.attached,
      at === null ? 'nowhere' : 'elsewhere',
      `${device.name} is attached to domain ${domain.id.stored}, and at the device ${where}`,
      domain,
    );
  }
}

/** V5, V6, V9, V12: domains of the device against those of the driver. */
function checkDevice(viommu: ViommuDev, domains: readonly ViommuDomain[], lazy: boolean): void {
  const mine = domainsOf(domains, viommu);
  const state = settled(viommu);
  for (const { request, status } of viommu.hw.state.stored.queue) {
    if (request.type !== 'map' && request.type !== 'unmap') continue;
    const domain = mine.find((d) => d.id.stored === request.domain);
    const text = requestText(request);
    if (domain === undefined || domain.nrEndpoints.stored === 0)
      throw broken(vio.unattached, 'in flight', `${text} is in the queue`, viommu.hw);
    if (domain.bypass.stored)
      throw broken(vio.bypass, 'in flight', `${text}: a bypass domain`, viommu.hw);
    if (request.type === 'unmap' && !lazy && status === null)
      throw broken(vio.unmapped, 'not synced', `${text} is still in the queue`, viommu.hw);
  }
  for (const there of state.domains) {
    const domain = mine.find((d) => d.id.stored === there.id);
    if (domain !== undefined && domain.nrEndpoints.stored !== 0) {
      checkDomain(domain, there);
      continue;
    }
    const message = `the device has domain ${there.id}, which has no endpoints`;
    throw broken(vio.unattached, 'domain', message, domain ?? viommu.hw);
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
