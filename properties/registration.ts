// Registration: regions, their two counts, and what UNREGISTER promises (REG-001, -002, -004, -007).

import { hex, type MemRegion, type Mm, type SpaprWorld } from '../engine/index.ts';
import { properties } from './catalogue.ts';
import { broken } from './property.ts';
import { containersOf, entriesOf, preregOf, regionsOf } from './view.ts';

const name = (r: MemRegion) => `region [${hex(r.ua)}, ${hex(r.end)})`;

export function checkRegions(world: SpaprWorld): void {
  for (const mm of world.mms) {
    const regions = regionsOf(mm);
    for (const region of regions) {
      checkListed(world, region, regions);
      checkMapped(world, mm, region);
      checkUsed(world, region);
    }
  }
}

/** Containers that have the region registered. */
function preregistered(world: SpaprWorld, region: MemRegion): number {
  return world.containers.flatMap(preregOf).filter((n) => n.mem === region).length;
}

/** Live TCEs that a region counts: it also counts itself while it is registered. */
export function countedTces(region: MemRegion): number {
  return region.used.stored === 0 ? region.mapped.stored : region.mapped.stored - 1;
}

function checkListed(world: SpaprWorld, region: MemRegion, regions: readonly MemRegion[]): void {
  const other = regions.find((r) => r !== region && r.overlaps(region.ua, region.end));
  if (other !== undefined)
    throw broken(
      properties.regionsDisjoint,
      'overlap',
      `${name(region)} and ${name(other)} are both registered`,
      region,
    );
  const used = region.used.stored;
  const mapped = region.mapped.stored;
  // A region whose last container is gone is left to the TCEs of others: used 0, mapped above 0.
  const orphan = used === 0 && mapped > 0 && preregistered(world, region) === 0;
  if ((used < 1 && !orphan) || mapped < 1)
    throw broken(
      properties.regionsDisjoint,
      'counts',
      `${name(region)} is listed with used = ${used}, mapped = ${mapped}`,
      region,
      { used, mapped },
    );
}

function checkMapped(world: SpaprWorld, mm: Mm, region: MemRegion): void {
  const entries = containersOf(world, mm)
    .filter((c) => c.v2)
    .flatMap(entriesOf);
  const live = entries.filter((e) => e.ua !== 0 && region.contains(e.ua, 2 ** e.table.itPageShift));
  const counted = countedTces(region);
  if (counted === live.length) return;
  throw broken(
    properties.mappedCount,
    counted > live.length ? 'too many' : 'too few',
    `${name(region)} counts ${counted} live TCEs (mapped = ${region.mapped.stored}), ${live.length} exist`,
    region,
    { counted, live: live.length },
  );
}

function checkUsed(world: SpaprWorld, region: MemRegion): void {
  const nodes = preregistered(world, region);
  const used = region.used.stored;
  if (used === nodes) return;
  throw broken(
    properties.usedCount,
    used > nodes ? 'too many' : 'too few',
    `${name(region)} has used = ${used}, registered by ${nodes} containers`,
    region,
    { used, containers: nodes },
  );
}

/** An UNREGISTER of [va, va + size) returned 0. */
export function checkUnregistered(
  world: SpaprWorld,
  mm: Mm,
  va: number,
  size: number,
  key: string,
): void {
  const left = regionsOf(mm).find((r) => r.ua === va && r.end === va + size);
  if (left === undefined) return;
  if (containersOf(world, mm).some((c) => preregOf(c).some((n) => n.mem === left))) return;
  const live = countedTces(left);
  throw broken(
    properties.unregistered,
    key,
    `UNREGISTER returned 0, but ${name(left)} is still listed and pinned with ` +
      `used = ${left.used.stored} and ${live} live TCEs, registered by no container`,
    left,
    { used: left.used.stored, live },
  );
}
