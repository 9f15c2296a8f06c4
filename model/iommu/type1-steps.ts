// MAP_DMA and UNMAP_DMA of type1 containers, under iommu->lock: spec/iommu-core.md §5. What becomes of
// groups is not followed; whatever may let the last group go may drop a container's mappings.
import { instance } from './facts.ts';
import type { Run } from './run.ts';
import type { Container } from './state.ts';
import { type1Events, type1Table } from './tables.ts';
import type { Type1Finding } from './type1.ts';
import type { OpOf, UserOpOf } from './vocabulary.ts';

type Range = readonly [iova: number, size: number];

const beyond = 2 ** 64;

/** VFIO_DMA_MAP_FLAG_READ | _WRITE, and _VADDR. */
const access = 3;
const vaddr = 4;
/** VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP, _ALL. */
const bitmap = 1;
const everything = 2;

const overlaps = ([iova, size]: Range, from: number, end: number): boolean =>
  iova < end && from < iova + size;

const byIova = (a: Range, b: Range) => a[0] - b[0];

/** VFIO_SET_IOMMU: whether the groups can be attached is not followed. */
export function setIommu(run: Run, op: OpOf<'vfio_set_iommu'>): void {
  const { node } = run.container(op.container);
  const event = op.type === 1 ? type1Events.setV1 : type1Events.setV2;
  const edge = type1Table.step(node, event);
  run.mayRefuse();
  if (edge.ret !== 0 || run.either()) return run.finish('errno');
  run.changeContainer(op.container, { node: edge.node, dmas: [] });
  run.finish(0);
}

/** Groups and files come and go; at the latest with the last of them a container loses its driver. */
export function mayDrop(run: Run, _op: UserOpOf): void {
  run.mayRefuse();
  run.allContainers.forEach(({ node }, index) => {
    if (node.value === 'bare' || !run.either()) return;
    run.changeContainer(index, { node: type1Table.step(node, type1Events.dropped).node, dmas: [] });
  });
  run.finish('any');
}

export function mapDma(run: Run, op: OpOf<'vfio_map_dma'>): void {
  const container = run.container(op.container);
  const flags = op.flags ?? access;
  const finding = findMap(run, op, flags, container);
  const { ret, effects } = type1Table.step(container.node, type1Events.map[finding]);
  // Of a closed file -EBADF, past 2^64 -EOVERFLOW in later versions: an error is one.
  if (ret !== 0) return run.finish(finding === 'overlaps' && !mayBeClosed(run, op) ? ret : 'errno');
  // Another address for a mapping that is there, if it is.
  if ((flags & vaddr) !== 0 || !effects.includes('add')) return any(run);
  // Pinning that was refused once may go on with fewer pages.
  const isRefused = run.refuses();
  if (isRefused) run.mayRefuse();
  if ((isRefused || container.dmas === null || mapMayFail(run, op)) && run.either())
    return run.finish('errno');
  run.changeContainer(op.container, {
    dmas: container.dmas === null ? null : [...container.dmas, range(op)].sort(byIova),
  });
  run.finish(0);
}

const range = ({ iova, size }: { iova: number; size: number }): Range => [iova, size];

function any(run: Run): void {
  run.mayRefuse();
  run.finish('any');
}

function findMap(
  run: Run,
  op: OpOf<'vfio_map_dma'>,
  flags: number,
  { dmas }: Container,
): Type1Finding {
  if (op.badPointer === true) return 'badPointer';
  const isAccess = (flags & access) !== 0;
  if (op.shortArgsz === true || flags > 7 || isAccess === ((flags & vaddr) !== 0))
    return 'badArguments';
  const page = 2 ** run.world.geometry.pageShift;
  const { iova, va, size } = op;
  if (size === 0 || [iova, va, size].some((x) => x % page !== 0)) return 'badArguments';
  if (iova + size > beyond || va + size > beyond) return 'badArguments';
  if ((flags & vaddr) !== 0) return 'fine';
  return dmas?.some((d) => overlaps(d, iova, iova + size)) === true ? 'overlaps' : 'fine';
}

const mayBeClosed = (run: Run, op: { readonly container: number }): boolean =>
  run.world.closing.has(op.container);

/** Pinning, accounting, windows and page tables have reasons of their own. */
function mapMayFail(run: Run, op: OpOf<'vfio_map_dma'>): boolean {
  const { topology, geometry } = run.world;
  const { iommus, devices, processes } = topology;
  const isBacked = (processes ?? []).every(
    ({ vmas, memlockPages }) =>
      memlockPages === undefined &&
      vmas.some((vma) => vma.start <= op.va && op.va + op.size <= vma.end),
  );
  const limit = 2 ** (geometry.pageShift + geometry.levels * geometry.levelBits);
  const ends = iommus.map(({ aperture }) => Math.min(limit, (aperture?.end ?? Infinity) + 1));
  const starts = iommus.map(({ aperture }) => aperture?.start ?? 0);
  const isReserved = devices.some(({ reserved }) => reserved !== undefined);
  const isVirtio = iommus.some((_, i) => instance(run.world, i).driver === 'virtio');
  return (
    !isBacked ||
    isReserved ||
    isVirtio ||
    mayBeClosed(run, op) ||
    op.iova + op.size > Math.min(...ends) ||
    op.iova < Math.max(...starts)
  );
}

export function unmapDma(run: Run, op: OpOf<'vfio_unmap_dma'>): void {
  const container = run.container(op.container);
  const { node, dmas } = container;
  const flags = op.flags ?? 0;
  const finding = findUnmap(run, op, flags, dmas ?? []);
  const { ret } = type1Table.step(node, type1Events.unmap[finding]);
  if (ret !== 0 && dmas !== null) return run.finish('errno');
  if ((flags & vaddr) !== 0) return any(run);
  // Who has pages pinned is asked to let go, without the lock.
  if (dmas === null || run.world.pinning) {
    run.changeContainer(op.container, { dmas: null });
    return any(run);
  }
  run.mayRefuse();
  if (((flags & bitmap) !== 0 || mayBeClosed(run, op)) && run.either()) return run.finish('errno');
  const gone = (flags & everything) !== 0 ? dmas : inRange(dmas, op, node.value === 'v1');
  const size = gone.reduce((sum, [, bytes]) => sum + bytes, 0);
  run.changeContainer(op.container, { dmas: dmas.filter((d) => !gone.includes(d)) });
  run.finish(0, { size: [size, size] });
}

function findUnmap(
  run: Run,
  op: OpOf<'vfio_unmap_dma'>,
  flags: number,
  dmas: readonly Range[],
): Type1Finding {
  if (op.badPointer === true) return 'badPointer';
  const isMixed = (flags & bitmap) !== 0 && (flags & (everything | vaddr)) !== 0;
  if (op.shortArgsz === true || flags > 7 || isMixed) return 'badArguments';
  const page = 2 ** run.world.geometry.pageShift;
  const { iova, size } = op;
  if ((flags & everything) !== 0) return iova === 0 && size === 0 ? 'fine' : 'badArguments';
  if (iova % page !== 0 || size === 0 || size % page !== 0) return 'badArguments';
  const end = iova + size;
  if (end > beyond) return 'badArguments';
  const cuts = dmas.some((d) => overlaps(d, iova, end) && (d[0] < iova || d[0] + d[1] > end));
  return cuts ? 'cuts' : 'fine';
}

/** v1: a mapping that begins before the range ends the walk, and one that it reaches goes whole. */
function inRange(
  dmas: readonly Range[],
  { iova, size }: { readonly iova: number; readonly size: number },
  v1: boolean,
): readonly Range[] {
  const touched = dmas.filter((d) => overlaps(d, iova, iova + size));
  return v1 && touched.some((d) => d[0] < iova) ? [] : touched;
}
