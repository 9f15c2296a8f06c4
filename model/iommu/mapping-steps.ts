// iommu_map, iommu_unmap and iova_to_phys of a domain: spec/iommu-core.md §2, §7, §10. Callers keep
// maps and unmaps of one range apart, so each is one step but for those who look up meanwhile.
import { EEXIST, EINVAL } from '../errno.ts';
import { addressLimit, instance, isPaging, pageSizes } from './facts.ts';
import { aligned, covering, cut, unmapWays, within, withLeaves } from './leaves.ts';
import type { Ret, Run } from './run.ts';
import type { Domain, Leaf, Underway } from './state.ts';
import type { OpOf } from './vocabulary.ts';

/** IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE. */
const defaultProt = 7;

export const mapSites = ['page_table', 'kzalloc', 'map_pages', 'iotlb_sync_map', 'virtio_map'];

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

export function iommuMap(run: Run, op: OpOf<'iommu_map'>): void {
  const domain = run.slot(op.domain);
  if (domain === null || !isPaging(domain.type)) return run.finish(EINVAL);
  const sizes = pageSizes(run.world, domain.iommu);
  if (!aligned(sizes[0] as number, op.iova, op.pa, op.size)) return run.finish(EINVAL);
  if (op.size === 0) return run.finish(0);
  const underway = { iova: op.iova, end: op.iova + op.size, pa: op.pa };
  if (!announced(run, op.domain, domain, underway)) return;
  const whole: Leaf = { ...op, prot: op.prot ?? defaultProt };
  run.finish(map(run, op.domain, whole, sizes));
}

/** All of it, or nothing and an error. */
function map(run: Run, slot: number, whole: Leaf, sizes: readonly number[]): Ret {
  const domain = run.slot(slot) as Domain;
  const { leaves } = domain;
  const end = whole.iova + whole.size;
  if (leaves === null || isOutside(run, domain, whole.iova, end)) return anyMap(run, slot);
  const made = cut(sizes, whole, domain.driver === 'virtio');
  const old = within(leaves, whole.iova, end);
  if (old.length > 0 && !isPlainOverlap(domain, old, made)) return anyMap(run, slot);
  if (run.refuses(...mapSites))
    return run.world.quirks.ignoresSyncMap ? anyMap(run, slot) : 'errno';
  if (old.length > 0 && domain.driver === 'arm') return EEXIST;
  // Intel's entries stay, AMD's are replaced (§10).
  const kept = domain.driver === 'intel' ? old : [];
  const fresh = made.filter((l) => !kept.some((o) => o.iova === l.iova));
  const others = leaves.filter((l) => !old.includes(l));
  run.changeDomain(slot, {
    leaves: withLeaves(others, [...kept, ...fresh]),
    everMapped: true,
  });
  return 0;
}

/** Every old leaf has a new one of its own place and size: what the drivers do then is written. */
const isPlainOverlap = (domain: Domain, old: readonly Leaf[], made: readonly Leaf[]) =>
  domain.driver !== 'virtio' &&
  !domain.vague &&
  old.every((o) => made.some((l) => l.iova === o.iova && l.size === o.size));

/** Outside the aperture or the page tables: the core does not look, drivers may. */
function isOutside(run: Run, domain: Domain, iova: number, end: number): boolean {
  const { aperture } = instance(run.world, domain.iommu);
  const limit = Math.min(addressLimit(run.world), (aperture?.end ?? Infinity) + 1);
  return end > limit || iova < (aperture?.start ?? 0);
}

/** A caller's mistake of which no rule says what comes of it. */
function anyMap(run: Run, slot: number): Ret {
  while (run.refuses(...mapSites));
  const ret = run.either() ? 'errno' : 0;
  run.changeDomain(slot, { leaves: null, everMapped: true });
  return ret;
}

export function iommuUnmap(run: Run, op: OpOf<'iommu_unmap'>): void {
  const domain = run.slot(op.domain);
  if (domain === null) return run.finish(EINVAL);
  const sizes = pageSizes(run.world, domain.iommu);
  if (!isPaging(domain.type) || !aligned(sizes[0] as number, op.iova, op.size) || op.size === 0)
    return run.finish(0, { out: { size: 0 } });
  const underway = { iova: op.iova, end: op.iova + op.size, pa: null };
  if (!announced(run, op.domain, domain, underway)) return;
  while (run.refuses('kzalloc', 'page_table', 'virtio_unmap', 'virtio_len0'));
  const { leaves } = run.slot(op.domain) as Domain;
  if (leaves === null || domain.vague) return anyUnmap(run, op.domain);
  const ways = unmapWays(leaves, op.iova, op.size, {
    // Arm too, where a whole table goes.
    skipsHoles: domain.driver !== 'virtio',
    splits: domain.driver === 'arm',
  });
  const way = ways[run.pick(ways.length)] as (typeof ways)[0];
  // Driver code that answers 0 to any hole has kept everything, or so the rule says (virtio §9.8).
  if (domain.driver === 'virtio' && (way.leaves === null || way.size[0] < op.size))
    return anyUnmap(run, op.domain);
  run.changeDomain(op.domain, { leaves: way.leaves });
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
  const now = leaf === undefined ? 0 : leaf.pa + (op.iova - leaf.iova);
  const seen = new Set([now]);
  for (const { iova, end, pa } of underway) {
    if (pa !== null && iova <= op.iova && op.iova < end) seen.add(pa + op.iova - iova);
    // A rollback or an unmap; a large leaf goes as a whole, wherever the range ends.
    if (pa === null || seen.size > 1) seen.add(0);
  }
  const answers = [...seen];
  run.finish(0, { out: { pa: answers[run.pick(answers.length)] } });
}
