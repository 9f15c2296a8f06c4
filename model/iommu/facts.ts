// What the steps look up in the topology and in domains: constant facts, no transitions.
import type { TableNode } from '../compile.ts';
import type { CookieDomain } from './cookie.ts';
import type { Enforcer } from './coherency.ts';
import type { Domain, World } from './state.ts';
import { coherencyTable, cookieTable, dirtyTable, domainTable } from './tables.ts';
import type { DeviceSpec, DomainType, DriverKind, IommuSpec } from './vocabulary.ts';

export const isPaging = (type: DomainType): boolean =>
  type === 'unmanaged' || type === 'dma' || type === 'dmaFq';

export function device(world: World, index: number): DeviceSpec {
  const spec = world.topology.devices[index];
  if (spec === undefined) throw new RangeError(`model: the topology has no device ${index}`);
  return spec;
}

export function instance(world: World, index: number): IommuSpec {
  const spec = world.topology.iommus[index];
  if (spec === undefined) throw new RangeError(`model: the topology has no IOMMU ${index}`);
  return spec;
}

/** Sizes of leaves, ascending: geometry and the instance's smallest page. */
export function pageSizes(world: World, iommu: number): readonly number[] {
  const { pageShift, levelBits, leafLevels } = world.geometry;
  const least = 2 ** (instance(world, iommu).virtio?.pageShift ?? pageShift);
  return leafLevels
    .map((level) => 2 ** (pageShift + level * levelBits))
    .sort((a, b) => a - b)
    .filter((size) => size >= least);
}

/** First address beyond the page tables. */
export const addressLimit = ({ geometry }: World): number =>
  2 ** (geometry.pageShift + geometry.levels * geometry.levelBits);

export const needsDirect = (spec: DeviceSpec): boolean =>
  (spec.reserved ?? []).some(({ kind }) => kind === 'direct');

const cookieDomains: Readonly<Record<DomainType, CookieDomain>> = {
  blocked: 'fixed',
  identity: 'identity',
  unmanaged: 'unmanaged',
  dma: 'dma',
  dmaFq: 'dma',
  nested: 'nested',
  sva: 'sva',
};

const enforcers: Readonly<Record<DriverKind, Enforcer>> = {
  intel: 'intel',
  amd: 'amd',
  arm: 'none',
  virtio: 'none',
};

export const freshCookie = (type: DomainType): TableNode =>
  cookieTable.root({ domain: cookieDomains[type] });

export const absentDomain = domainTable.root();

/** A domain as the driver returns it. */
export function newDomain(world: World, type: DomainType, iommu: number): Domain {
  const { driver } = instance(world, iommu);
  const { lateFinalise, lateIdentity } = world.quirks;
  return {
    type,
    iommu,
    isOpen: (lateFinalise || (lateIdentity && type === 'identity')) && driver === 'virtio',
    driver,
    life: absentDomain,
    cookie: freshCookie(type),
    coherency: coherencyTable.root({ by: enforcers[driver] }),
    dirty: dirtyTable.root(),
    leaves: [],
    vague: false,
    everMapped: false,
    msiNext: 0,
    msiPages: [],
    tracked: [],
    underway: [],
  };
}

export const withNumber = (list: readonly number[], more: number): readonly number[] =>
  [...list, more].sort((a, b) => a - b);
