// Split, merge and the dirty log of the v3 interface: spec/split-merge-dirty.md §2, §4, §8. Only the
// SMMUv3 driver of that series has the operations.
import { EFAULT, EINVAL, ENODEV } from '../errno.ts';
import type { DirtyFinding } from './dirty.ts';
import { instance, pageSizes } from './facts.ts';
import { aligned, covering, step, within, withLeaves } from './leaves.ts';
import type { Ret, Run } from './run.ts';
import type { Domain, Leaf } from './state.ts';
import { blockEvents, blockNodes, blockTable, dirtyEvents, dirtyTable } from './tables.ts';
import type { OpOf } from './vocabulary.ts';

const writable = ({ prot }: Leaf): boolean => (prot & 2) !== 0;

const hasOps = (run: Run, domain: Domain): boolean =>
  domain.driver === 'arm' && instance(run.world, domain.iommu).dirtyTracking === true;

const leastPage = (run: Run, domain: Domain) => pageSizes(run.world, domain.iommu)[0] as number;

interface Range {
  readonly domain: number;
  readonly iova: number;
  readonly size: number;
}

export function splitBlock(run: Run, op: OpOf<'split_block'>): void {
  const domain = run.slot(op.domain);
  if (domain === null) return run.finish(EINVAL);
  if (!hasOps(run, domain)) return run.finish(ENODEV);
  if (!aligned(leastPage(run, domain), op.iova, op.size)) return run.finish(EINVAL);
  run.finish(split(run, op));
}

/** Chunk by chunk up to the first error; what is split stays so. */
function split(run: Run, { domain: slot, iova, size }: Range): Ret {
  const { leaves, iommu, vague } = run.slot(slot) as Domain;
  if (leaves === null || vague) return unsure(run, slot);
  const sizes = pageSizes(run.world, iommu);
  let now = leaves;
  let ret = 0;
  for (let at = 0; at < size && ret === 0; ) {
    const { page } = step(sizes, iova + at, iova + at, size - at);
    [now, ret] = splitChunk(now, sizes, iova + at, page);
    at += page;
  }
  // Without memory for a table the chunk fails where it is.
  if (now !== leaves && run.refuses()) {
    run.mayRefuse();
    return unsure(run, slot, EFAULT);
  }
  if (now !== leaves) run.changeDomain(slot, { leaves: now });
  return ret;
}

function splitChunk(
  leaves: readonly Leaf[],
  sizes: readonly number[],
  iova: number,
  page: number,
): [readonly Leaf[], number] {
  const least = sizes[0] as number;
  const [node, leaf] = find(leaves, iova, page);
  const kind =
    page === least ? 'smallest' : leaf !== undefined && writable(leaf) ? 'writable' : 'readOnly';
  const { ret, effects } = blockTable.step(node, blockEvents.split[kind]);
  if (effects.includes('splitLeaf')) return [inPages(leaves, leaf as Leaf, least), ret];
  if (!effects.includes('splitParts')) return [leaves, ret];
  return splitParts(leaves, sizes, iova, page);
}

/** The blocks of the next size within, in order, up to the first hole. */
function splitParts(
  leaves: readonly Leaf[],
  sizes: readonly number[],
  iova: number,
  page: number,
): [readonly Leaf[], number] {
  const part = sizes[sizes.indexOf(page) - 1] as number;
  let now = leaves;
  for (let at = iova; at < iova + page; at += part) {
    if (covering(now, at) === undefined && within(now, at, at + part).length === 0)
      return [now, EFAULT];
    const [next, ret] = splitChunk(now, sizes, at, part);
    if (ret !== 0) return [next, ret];
    now = next;
  }
  return [now, 0];
}

/** How a block is found among the leaves. */
function find(leaves: readonly Leaf[], iova: number, page: number) {
  const leaf = covering(leaves, iova);
  if (leaf !== undefined && leaf.size === page) return [blockNodes.leaf, leaf] as const;
  if (leaf !== undefined && leaf.size > page) return [blockNodes.covered, leaf] as const;
  const isEmpty = within(leaves, iova, iova + page).length === 0;
  return [isEmpty ? blockNodes.absent : blockNodes.divided, undefined] as const;
}

function inPages(leaves: readonly Leaf[], leaf: Leaf, size: number): readonly Leaf[] {
  const pages: Leaf[] = [];
  for (let at = 0; at < leaf.size; at += size)
    pages.push({ ...leaf, iova: leaf.iova + at, pa: leaf.pa + at, size });
  return withLeaves(
    leaves.filter((l) => l !== leaf),
    pages,
  );
}

export function mergePage(run: Run, op: OpOf<'merge_page'>): void {
  const domain = run.slot(op.domain);
  if (domain === null) return run.finish(EINVAL);
  if (!hasOps(run, domain)) return run.finish(ENODEV);
  if (!aligned(leastPage(run, domain), op.iova, op.size)) return run.finish(EINVAL);
  run.finish(merge(run, op));
}

/**
 * Translations stay as they are; which pages become blocks depends on their dirty state. A hole ends it
 * with an error, and what is merged stays so.
 */
function merge(run: Run, { domain: slot, iova, size }: Range): Ret {
  const { leaves } = run.slot(slot) as Domain;
  run.mayRefuse();
  if (leaves === null) return unsure(run, slot);
  if (size === 0) return 0;
  run.changeDomain(slot, { vague: true });
  for (let at = iova; at < iova + size; ) {
    const leaf = covering(leaves, at);
    if (leaf === undefined) return EFAULT;
    at = leaf.iova + leaf.size;
  }
  return run.progress.fault === null ? 0 : run.either() ? 'errno' : 0;
}

/** Sizes of leaves are not known any more. */
function unsure(run: Run, slot: number, ret?: number): Ret {
  run.mayRefuse();
  run.changeDomain(slot, { vague: true });
  return ret ?? (run.either() ? EFAULT : 0);
}

function finding(run: Run, domain: Domain, { iova, size }: Range): DirtyFinding {
  if (!hasOps(run, domain)) return 'noOp';
  if (domain.tracked.some((r) => r[0] === iova && r[1] === size)) return 'tracked';
  const overlaps = domain.tracked.some((r) => r[0] < iova + size && iova < r[0] + r[1]);
  return overlaps ? 'overlaps' : 'free';
}

/** Under switch_log_lock: a start splits the range, a stop merges it. */
export function switchDirtyLog(run: Run, op: OpOf<'switch_dirty_log'>): void {
  const domain = run.slot(op.domain);
  if (domain === null) return run.finish(EINVAL);
  const found = finding(run, domain, op);
  const event = dirtyEvents[op.enable ? 'on' : 'off'][found];
  const { ret, effects } = dirtyTable.step(domain.dirty, event);
  if (ret !== 0) return run.finish(ret);
  if (!aligned(leastPage(run, domain), op.iova, op.size)) return run.finish(EINVAL);
  const done = effects.includes('split') ? split(run, op) : merge(run, op);
  if (done === 0) note(run, op);
  run.finish(done);
}

function note(run: Run, { domain: slot, enable, iova, size }: OpOf<'switch_dirty_log'>): void {
  const { dirty, tracked } = run.slot(slot) as Domain;
  const event = enable ? dirtyEvents.switchedOn : dirtyEvents.switchedOff;
  const others = tracked.filter((r) => r[0] !== iova || r[1] !== size);
  run.changeDomain(slot, {
    dirty: dirtyTable.step(dirty, event).node,
    tracked: enable ? [...others, [iova, size] as const].sort((a, b) => a[0] - b[0]) : others,
  });
}

/** Which bits there are depends on what devices wrote; holes are no error of the log. */
export function syncDirtyLog(run: Run, op: OpOf<'sync_dirty_log'>): void {
  useLog(run, op, 'sync');
}

export function clearDirtyLog(run: Run, op: OpOf<'clear_dirty_log'>): void {
  useLog(run, op, 'clear');
}

function useLog(run: Run, op: OpOf<'sync_dirty_log'>, what: 'sync' | 'clear'): void {
  const domain = run.slot(op.domain);
  if (domain === null) return run.finish(EINVAL);
  const isAligned = aligned(leastPage(run, domain), op.iova, op.size);
  const found = !hasOps(run, domain) ? 'noOp' : isAligned ? 'free' : 'misaligned';
  const { ret } = dirtyTable.step(domain.dirty, dirtyEvents[what][found]);
  run.mayRefuse();
  run.finish(ret !== 0 ? ret : run.progress.fault === null || run.either() ? 0 : 'errno');
}
