// iommu_map, iommu_unmap and iova_to_phys of a domain: spec/iommu-core.md §2, §7, §10. Callers keep
// maps and unmaps of one range apart, so each is one step but for those who look up meanwhile.
import { EEXIST, EINVAL } from '../errno.ts';
import { addressLimit, instance, isPaging, pageSizes } from './facts.ts';
import { aligned, covering, cut, merged, unmapWays, within, withLeaves } from './leaves.ts';
import type { Ret, Run } from './run.ts';
import type { Domain, Leaf, Underway } from './state.ts';
import { blockEvents, blockNodes, blockTable } from './tables.ts';
import type { DriverKind, OpOf } from './vocabulary.ts';
import type { OverMap } from './block.ts';

/** IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE. */
const defaultProt = 7;

const same = (a: Underway, b: Underway) => a.iova === b.iova && a.end === b.end && a.pa === b.pa;

/** Lets those who look up see either; true when the time has come to do it. */
function announced(run: Run, slot: number, domain: Domain, underway: Underway): boolean {
  if (!run.world.lookups) return true;
  if (run.progress.phase === 'enter') {
    run.changeDomain(slot, { underway: [...domain.underway, underway] });
    run.goOn('apply');
    return false;
  }
  const at = domain.underway.findIndex((u) => same(u, underway));
  if (at >= 0) run.changeDomain(slot, { underway: domain.underway.toSpliced(at, 1) });
  return true;
}

/** The domain of a slot; a call that is underway waits while a free looks at it. */
function domainOf(run: Run, slot: number): Domain | null {
  const domain = run.slot(slot);
  if (domain === null && run.progress.phase === 'enter') run.finish(EINVAL);
  else if (domain === null) run.waits = true;
  return domain;
}

export function iommuMap(run: Run, op: OpOf<'iommu_map'>): void {
  const domain = domainOf(run, op.domain);
  if (domain === null) return;
  if (!isPaging(domain.type)) return run.finish(EINVAL);
  const sizes = pageSizes(run.world, domain.iommu);
  if (!aligned(sizes[0] as number, op.iova, op.pa, op.size)) return run.finish(EINVAL);
  const { iova, pa, size, prot = defaultProt } = op;
  if (size === 0) return run.finish(0);
  // map_flags are not known either: any right is one too many.
  if (domain.isOpen) return run.finish(run.fails() ? 'errno' : EINVAL);
  if (!announced(run, op.domain, domain, { iova, end: iova + size, pa })) return;
  // Whether there can be a mapping that lets nothing through, the driver says.
  if ((prot & 3) === 0 && run.either()) return run.finish('errno');
  run.finish(map(run, op.domain, [{ iova, pa, size, prot }]));
}

/** Segments that follow each other in memory are one; the bytes mapped, or an error. */
export function iommuMapSg(run: Run, op: OpOf<'iommu_map_sg'>): void {
  const domain = domainOf(run, op.domain);
  if (domain === null) return;
  const { iova, segments, prot = defaultProt } = op;
  const size = segments.reduce((sum, s) => sum + s.size, 0);
  const wholes = merged(iova, segments, prot);
  if (!isPaging(domain.type)) return run.finish(size === 0 && run.either() ? 0 : EINVAL);
  const least = pageSizes(run.world, domain.iommu)[0] as number;
  // The first run that is misaligned ends it; those before it are unmapped again.
  if (wholes.some((w) => !aligned(least, w.iova, w.pa, w.size))) {
    run.mayRefuse();
    return run.finish(run.progress.fault === null ? EINVAL : 'errno');
  }
  if (size === 0) return run.finish(0);
  if (!announced(run, op.domain, domain, { iova, end: iova + size, pa: null })) return;
  const ret = map(run, op.domain, wholes);
  run.finish(ret === 0 ? size : ret);
}

const overMap: Readonly<Record<DriverKind, OverMap>> = {
  intel: 'keep',
  amd: 'replace',
  arm: 'refuse',
  // Never asked: what virtio-iommu makes of an overlap is not a matter of blocks.
  virtio: 'refuse',
};

/** All of it, or nothing and an error. */
function map(run: Run, slot: number, wholes: readonly Leaf[]): Ret {
  const { leaves, driver, vague, iommu } = run.slot(slot) as Domain;
  const sizes = pageSizes(run.world, iommu);
  const made = wholes.flatMap((whole) => cut(sizes, whole, driver === 'virtio'));
  const isOpen = leaves === null || wholes.some((w) => isOutside(run, slot, w));
  if (isOpen) return anyMap(run, slot);
  let now = leaves;
  for (const leaf of made) {
    const old = within(now, leaf.iova, leaf.iova + leaf.size);
    const [only] = old;
    const isPlain = old.length === 1 && only?.iova === leaf.iova && only.size === leaf.size;
    if (old.length > 0 && (!isPlain || vague || driver === 'virtio')) return anyMap(run, slot);
    const node = only === undefined ? blockNodes.absent : blockNodes.leaf;
    const { ret, effects } = blockTable.step(node, blockEvents.map[overMap[driver]]);
    // The prefix is unmapped again: EEXIST, unless the environment was first.
    if (ret !== 0) return run.fails() ? 'errno' : EEXIST;
    if (effects.includes('setLeaf'))
      now = withLeaves(
        now.filter((l) => l !== only),
        [leaf],
      );
  }
  if (run.fails() || rejected(run, driver)) return failed(run, slot, wholes);
  run.changeDomain(slot, { leaves: now, everMapped: true });
  return 0;
}

/** A virtio-iommu device may reject what it finds in its queue while another call waits for it. */
const rejected = (run: Run, driver: DriverKind): boolean =>
  driver === 'virtio' && run.world.faults.includes('virtio_map') && run.either();

/** Rolled back: what a map over live leaves has unmapped of them, no rule says (§10). */
function failed(run: Run, slot: number, wholes: readonly Leaf[]): Ret {
  const { leaves } = run.slot(slot) as Domain;
  const isOver = wholes.some((w) => within(leaves ?? [], w.iova, w.iova + w.size).length > 0);
  if (isOver || run.world.quirks.ignoresSyncMap) run.changeDomain(slot, { leaves: null });
  run.changeDomain(slot, { everMapped: true });
  return run.world.quirks.ignoresSyncMap && run.either() ? 0 : 'errno';
}

/** Outside the aperture or the page tables: the core does not look, drivers may. */
function isOutside(run: Run, slot: number, { iova, size }: Leaf): boolean {
  const { aperture } = instance(run.world, (run.slot(slot) as Domain).iommu);
  const limit = Math.min(addressLimit(run.world), (aperture?.end ?? Infinity) + 1);
  return iova + size > limit || iova < (aperture?.start ?? 0);
}

/** A caller's mistake of which no rule says what comes of it. */
function anyMap(run: Run, slot: number): Ret {
  run.mayRefuse();
  const ret = run.either() ? 'errno' : 0;
  run.changeDomain(slot, { leaves: null, everMapped: true });
  return ret;
}

export function iommuUnmap(run: Run, op: OpOf<'iommu_unmap'>): void {
  const domain = domainOf(run, op.domain);
  if (domain === null) return;
  const sizes = pageSizes(run.world, domain.iommu);
  const least = sizes[0] as number;
  if (!isPaging(domain.type) || !aligned(least, op.iova, op.size) || op.size === 0)
    return run.finish(0, { out: { size: 0 } });
  const { iova, size } = op;
  if (!announced(run, op.domain, domain, { iova, end: iova + size, pa: null })) return;
  run.mayRefuse();
  const { leaves, vague, driver } = run.slot(op.domain) as Domain;
  if (leaves === null || vague) return anyUnmap(run, op.domain);
  const ways = unmapWays(leaves, iova, size, driver, sizes);
  const way = ways[run.pick(ways.length)] as (typeof ways)[0];
  if (way.leaves === null) return anyUnmap(run, op.domain);
  if (way.leaves !== leaves) run.changeDomain(op.domain, way);
  run.finish(0, { size: way.size });
}

function anyUnmap(run: Run, slot: number): void {
  run.changeDomain(slot, { leaves: null });
  run.finish(0);
}

/** What an address translates to: before or after whatever is underway there. */
export function iovaToPhys(run: Run, op: OpOf<'iova_to_phys'>): void {
  const domain = run.slot(op.domain);
  if (domain === null) return run.finish(EINVAL);
  const { leaves, type, underway } = domain;
  if (type === 'identity') return run.finish(0, { out: { pa: op.iova } });
  if (type === 'blocked') return run.finish(0, { out: { pa: 0 } });
  if (leaves === null || !isPaging(type)) return run.finish(0);
  const leaf = covering(leaves, op.iova);
  const seen = new Set([leaf === undefined ? 0 : leaf.pa + (op.iova - leaf.iova)]);
  for (const { iova, end, pa } of underway) {
    // Of segments, or of an unmap that may take a large leaf as a whole: anything.
    if (pa === null) return run.finish(0);
    if (iova > op.iova || op.iova >= end) continue;
    seen.add(pa + op.iova - iova);
    seen.add(0);
  }
  const answers = [...seen];
  run.finish(0, { out: { pa: answers[run.pick(answers.length)] } });
}
