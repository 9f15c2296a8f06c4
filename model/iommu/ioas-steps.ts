// IOAS_MAP and IOAS_UNMAP: spec/iommu-core.md §6, §13. Areas come and go in two steps each, and an unmap
// of several takes them one by one. What is attached to an IOAS is not followed.
import { ENOENT } from '../errno.ts';
import { addressLimit } from './facts.ts';
import type { Run } from './run.ts';
import type { Area } from './state.ts';
import { areaEvents, areaTable } from './tables.ts';
import type { OpOf } from './vocabulary.ts';

const beyond = 2 ** 64;

/** Exclusive: multiples of a page are exact up to 2^64, last addresses are not. */
const endOf = ({ iova, size }: { readonly iova: number; readonly size: number }) => iova + size;

/** A name is taken or free; a reference in the way is not followed. */
export function ioasAlloc(run: Run, op: OpOf<'ioas_alloc'>): void {
  const { isThere } = run.ioas(op.ioas);
  run.mayRefuse();
  if (isThere || (run.progress.fault !== null && run.either())) return run.finish('errno');
  run.changeIoas(op.ioas, { isThere: true, areas: [] });
  run.finish(0);
}

export function ioasDestroy(run: Run, op: OpOf<'ioas_destroy'>): void {
  run.mayRefuse();
  if (!run.ioas(op.ioas).isThere || run.either()) return run.finish('errno');
  run.changeIoas(op.ioas, { isThere: false, areas: [] });
  run.finish(0);
}

/** Into as many areas as the pages come from. */
export function ioasCopy(run: Run, op: OpOf<'ioas_copy'>): void {
  run.mayRefuse();
  if (run.either()) return run.finish('errno');
  run.changeIoas(op.ioas, { areas: null });
  run.finish('any');
}

export function ioasMap(run: Run, op: OpOf<'ioas_map'>): void {
  const { isThere, areas } = run.ioas(op.ioas);
  if (run.progress.phase === 'apply') return filled(run, op);
  const flags = op.flags ?? 7;
  const isBad =
    op.shortArgsz === true ||
    op.badPointer === true ||
    flags > 7 ||
    (flags & 6) === 0 ||
    op.size === 0 ||
    op.va + op.size >= beyond ||
    op.iova + op.size > beyond;
  run.mayRefuse();
  const mayFail = run.progress.fault !== null || isUneven(run, op) || areas === null;
  if (isBad || !isThere || (mayFail && run.either())) return run.finish('errno');
  // Any IOVA, or among areas that are not known.
  if ((flags & 1) === 0 || areas === null) {
    if (run.either()) return run.finish('errno');
    run.changeIoas(op.ioas, { areas: null });
    return run.finish(0);
  }
  const taken = areas.find((a) => a.iova < endOf(op) && op.iova < endOf(a));
  const edge = areaTable.step(taken?.node ?? areaTable.root(), areaEvents.map);
  if (edge.ret !== 0) return run.finish(edge.ret);
  change(run, op.ioas, { iova: op.iova, size: op.size, node: edge.node });
  run.goOn('apply');
}

/** Alignment, windows and reserved ranges follow from what is attached. */
function isUneven(run: Run, { iova, va, size }: OpOf<'ioas_map'>): boolean {
  const page = 2 ** run.world.geometry.pageShift;
  const { devices, iommus } = run.world.topology;
  const isLimited =
    iova + size > addressLimit(run.world) || iommus.some(({ aperture }) => aperture !== undefined);
  const isReserved = devices.some(({ reserved }) => reserved !== undefined);
  const isVirtio = iommus.some(({ driver }) => driver === 'virtio');
  return isLimited || isReserved || isVirtio || [iova, va, size].some((x) => x % page !== 0);
}

/** The domains of the IOAS are filled: memory may be missing, or not be accounted. */
function filled(run: Run, op: OpOf<'ioas_map'>): void {
  const { areas } = run.ioas(op.ioas);
  const mine = areas?.find((a) => a.iova === op.iova && a.size === op.size);
  run.mayRefuse();
  const isBacked = (run.world.topology.processes ?? []).every(
    ({ vmas, memlockPages }) =>
      memlockPages === undefined &&
      vmas.some((vma) => vma.start <= op.va && op.va + op.size <= vma.end),
  );
  const mayFail =
    mine === undefined || run.progress.fault !== null || !isBacked || isUneven(run, op);
  const isFailed = mayFail && run.either();
  if (mine !== undefined) {
    const event = isFailed ? areaEvents.failed : areaEvents.filled;
    change(run, op.ioas, { ...mine, node: areaTable.step(mine.node, event).node });
  }
  run.finish(isFailed ? 'errno' : 0);
}

/** Puts an area in the place of the one with its range; an absent one goes. */
function change(run: Run, index: number, area: Area): void {
  const others = (run.ioas(index).areas ?? []).filter((a) => a.iova !== area.iova);
  const isAbsent = area.node.value === 'absent';
  const areas = isAbsent ? others : [...others, area].sort((a, b) => a.iova - b.iova);
  run.changeIoas(index, { areas });
}

export function ioasUnmap(run: Run, op: OpOf<'ioas_unmap'>): void {
  const { isThere, areas } = run.ioas(op.ioas);
  const isAll = op.iova === 0 && op.size >= beyond - 1;
  const isBad =
    op.shortArgsz === true ||
    op.badPointer === true ||
    op.size === 0 ||
    (!isAll && op.iova + op.size > beyond);
  if (isBad || !isThere) return run.finish('errno');
  run.mayRefuse();
  if (areas === null || op.cut === true || run.progress.fault !== null) {
    run.changeIoas(op.ioas, { areas: null });
    return run.finish('any');
  }
  const { from, bytes } = run.progress;
  const going = run.progress.phase === 'apply' ? areas.find((a) => a.iova === from) : undefined;
  if (going !== undefined) {
    change(run, op.ioas, { ...going, node: areaTable.step(going.node, areaEvents.removed).node });
    return run.proceed('enter', op.iova, bytes + going.size);
  }
  // Each time from the start: what others have mapped meanwhile goes as well, or is busy.
  const first = areas.find((a) => a.iova < endOf(op) && op.iova < endOf(a));
  if (first === undefined)
    return bytes === 0 && !isAll ? run.finish(ENOENT) : run.finish(0, { size: [bytes, bytes] });
  const isPartial = first.iova < op.iova || endOf(first) > endOf(op);
  const event = areaEvents.unmap[isPartial ? 'partial' : 'whole'];
  const { node, ret } = areaTable.step(first.node, event);
  // What went before stays gone (§13).
  if (ret !== 0) return run.finish(ret);
  change(run, op.ioas, { ...first, node });
  run.proceed('apply', first.iova, bytes);
}
