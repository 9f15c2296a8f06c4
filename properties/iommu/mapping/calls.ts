// What single calls promise: maps, unmaps, transactions of devices, and what owners of pages must not
// do. What calls add up to is remembered for each domain of an in-kernel client.

import type { IommuDomain, IommuWorld, OpOf } from '../../../engine/iommu/index.ts';
import { isPaging } from '../../../engine/iommu/index.ts';
import type { IommuOp, IommuProgram } from '../../../engine/iommu/vocabulary/index.ts';
import { hex } from '../../../engine/hex.ts';
import {
  type Birth,
  type Cell,
  KernelObject,
  type Outcome,
  type Task,
} from '../../../engine/runtime/index.ts';
import { broken } from '../../property.ts';
import { mappingProperties as core } from './catalogue.ts';
import { checkErrno } from './errnos.ts';
import { type Expected, expected, nothing, type Run, runsOf } from './expected.ts';
import { contract } from './pages.ts';
import { bytesOf, type MapOp, rangeOf, segmentsOf, type UnmapOp } from './ranges.ts';
import { isFree, leafAt, leavesOf, mappedIn, reaches, slotAt } from './view.ts';

/** What is remembered of a run. */
class Ghost extends KernelObject {
  /** The call of the task maps over, or unmaps a part of, what is there: its caller's mistake. */
  readonly careless: readonly Cell<boolean>[];
  /** Which of its operations each task is in, from 1 on; 0: none. */
  readonly doing: readonly Cell<number>[];
  private readonly domains = new Map<IommuDomain, Cell<Expected>>();

  constructor(birth: Birth, tasks: number) {
    super(birth);
    const all = Array.from({ length: tasks }, (_, i) => i);
    this.careless = all.map((i) => this.cell(`careless T${i}`, false));
    this.doing = all.map((i) => this.cell(`operation of T${i}`, 0));
  }

  get kind(): string {
    return 'judge';
  }

  /** What the calls of a domain add up to. */
  of(domain: IommuDomain): Cell<Expected> {
    let cell = this.domains.get(domain);
    if (cell === undefined)
      this.domains.set(domain, (cell = this.cell<Expected>(domain.name, nothing)));
    return cell;
  }
}

export class MappingCalls {
  private readonly world: IommuWorld;
  private readonly ops: readonly (readonly IommuOp[])[];
  private readonly ghost: Ghost;
  /** Something other than map and unmap changes the page tables that clients use. */
  private readonly followed: boolean;

  constructor(world: IommuWorld, program: IommuProgram) {
    this.world = world;
    this.ops = [program.setup, ...program.tasks.map((t) => t.ops)];
    this.ghost = world.heap.boot(Ghost, 'mapping judge', program.tasks.length + 1);
    this.followed = !this.ops.flat().some(({ op }) => op === 'prepare_msi');
  }

  /** What a client's calls add up to; null: not known. */
  expectedOf(domain: IommuDomain): Expected | null {
    const known = this.followed && domain.client === 'kernel' && domain.type === 'unmanaged';
    return known ? this.ghost.of(domain).stored : null;
  }

  begin(op: IommuOp, task: Task): void {
    const careless = this.ghost.careless[task.id];
    const doing = this.ghost.doing[task.id];
    if (careless === undefined || doing === undefined || rangeOf(op) === null) return;
    this.note(doing, task.node.opIndex + 1);
    if (op.op === 'iommu_map' || op.op === 'iommu_map_sg') this.note(careless, this.overlaps(op));
    if (op.op === 'iommu_unmap' || op.op === 'iommu_unmap_fast') this.note(careless, this.cuts(op));
  }

  end(op: IommuOp, result: Outcome, task: Task): void {
    const doing = this.ghost.doing[task.id];
    if (doing !== undefined) this.note(doing, 0);
    if (op.op === 'iommu_map' || op.op === 'iommu_map_sg') this.mapped(op, result, task);
    if (op.op === 'iommu_unmap' || op.op === 'iommu_unmap_fast') this.unmapped(op, result, task);
    if (op.op === 'dma_map') this.dmaMapped(op, result);
  }

  /** Also of `dma_map`, as of all that have to do with pages: mapping/pages.ts. */
  looks(op: IommuOp): boolean {
    return rangeOf(op) !== null;
  }

  private mapped(op: MapOp, { ret }: Outcome, task: Task): void {
    const domain = this.domain(op.domain);
    if (domain === null) return;
    checkErrno(op, ret, domain);
    const size = bytesOf(op);
    const careless = this.ghost.careless[task.id]?.stored === true;
    const ok = op.op === 'iommu_map' ? ret === 0 : ret >= 0;
    const end = op.iova + size;
    this.disturb(op.domain, op.iova, end);
    if (careless || !this.isPlain(domain)) return this.follow(domain, op.iova, end);
    if (!ok) this.nothingMapped(domain, op, ret);
    const runs = ok ? this.runsOf(op) : [];
    for (const run of runs) this.translates(domain, run, op.prot ?? 7);
    const cell = this.ghost.of(domain);
    this.note(cell, cell.stored.without(op.iova, end).with(...runs));
    if (ok) this.lawfulMap(domain, op.iova, end);
  }

  private runsOf(op: MapOp): Run[] {
    const runs: Run[] = [];
    let at = op.iova;
    for (const { pa, size } of segmentsOf(op)) {
      runs.push({ iova: at, size, pa });
      at += size;
    }
    return runs;
  }

  private translates(domain: IommuDomain, { iova, size, pa }: Run, prot: number): void {
    for (let at = iova; at < iova + size; ) {
      const slot = slotAt(this.world.geometry, domain, at);
      const leaf = slot?.leaf ?? null;
      const right = leaf !== null && leaf.pa + (at % leaf.size) === pa + (at - iova);
      if (leaf === null || !right || (leaf.prot & 3) !== (prot & 3)) {
        const what = `${hex(at)} was mapped to ${hex(pa + at - iova)} and is ${leaf?.name ?? 'not mapped'}`;
        throw broken(core.map, leaf === null ? 'not mapped' : 'mapped wrongly', what, domain);
      }
      const { size: step } = slot as { readonly size: number };
      at += step - (at % step);
    }
  }

  private nothingMapped(domain: IommuDomain, op: MapOp, ret: number): void {
    const leaves = leavesOf(this.world.geometry, domain);
    const left = mappedIn(leaves, op.iova, op.iova + bytesOf(op));
    if (left === null) return;
    const what = `the map failed (${ret}) and ${hex(left.iova)} is mapped`;
    throw broken(core.map, 'mapped after an error', what, domain);
  }

  /** spec/iommu-core.md §8: not before the sync of what was there; not of pages that are free. */
  private lawfulMap(domain: IommuDomain, start: number, end: number): void {
    if (end > start && domain.pending.stored.covers(start, end - 1))
      throw contract(domain, 'map before the sync of an unmap');
    for (const page of this.world.pagesTouched()) {
      if (!isFree(page)) continue;
      const leaves = leavesOf(this.world.geometry, domain);
      const at = mappedIn(leaves, start, end);
      if (at !== null && leaves.some(({ leaf }) => reaches(leaf, page)))
        throw contract(page, 'map of a free page');
    }
  }

  private unmapped(op: UnmapOp, { out }: Outcome, task: Task): void {
    const domain = this.domain(op.domain);
    if (domain === null) return;
    const bytes = out?.['size'] ?? 0;
    const { iova, size } = op;
    if (!isPaging(domain.type) || !this.isAligned(domain, iova, size)) {
      if (bytes === 0) return;
      throw broken(core.errno, 'misaligned unmap', `${bytes} bytes of a misaligned unmap`, domain);
    }
    const far = iova + Math.max(size, bytes);
    this.disturb(op.domain, iova, far);
    if (this.ghost.careless[task.id]?.stored === true || !this.isPlain(domain))
      return this.follow(domain, iova, far);
    this.removed(domain, iova, size, bytes);
    const cell = this.ghost.of(domain);
    this.note(cell, cell.stored.without(iova, iova + bytes));
  }

  private removed(domain: IommuDomain, iova: number, size: number, bytes: number): void {
    const leaves = leavesOf(this.world.geometry, domain);
    const left = mappedIn(leaves, iova, iova + bytes);
    if (left !== null)
      throw broken(core.unmap, 'still mapped', `${hex(left.iova)} is still mapped`, domain);
    if (bytes > size)
      throw broken(core.unmap, 'more than asked', `${bytes} of ${size} bytes went`, domain);
    if (bytes < size && mappedIn(leaves, iova + bytes, iova + bytes + 1) !== null) {
      const what = `the unmap stopped at ${hex(iova + bytes)}, which is mapped`;
      throw broken(core.unmap, 'stopped short', what, domain);
    }
  }

  /** The DMA API has given an address out: it leads to the memory that was asked for. */
  private dmaMapped(op: OpOf<'dma_map'>, { out }: Outcome): void {
    const iova = out?.['iova'];
    const domain = this.world.devices[op.device]?.group.stored?.defaultDomain.stored ?? null;
    if (iova === undefined || domain === null || domain.root.stored === null) return;
    this.translates(domain, { iova, size: op.size, pa: op.pa }, 7);
  }

  /** The call does what its caller answers for: what it has led to is taken as it is. */
  private follow(domain: IommuDomain, start: number, end: number): void {
    if (end <= start) return;
    // A large page that was in the way went as a whole.
    const largest = domain.iommu?.pageSizes.at(-1) ?? 1;
    const from = Math.floor(start / largest) * largest;
    const to = Math.ceil(end / largest) * largest;
    const now = runsOf(leavesOf(this.world.geometry, domain), from, to);
    const cell = this.ghost.of(domain);
    this.note(cell, expected([...cell.stored.without(from, to).runs, ...now]));
  }

  /**
   * A call has changed [start, end): whoever has begun one on the same addresses, and has not got as
   * far as to say so to the contract, finds another state than when it began.
   */
  private disturb(slot: number, start: number, end: number): void {
    this.ghost.doing.forEach((doing, id) => {
      const op = this.ops[id]?.[doing.stored - 1];
      const range = op === undefined ? null : rangeOf(op);
      const careless = this.ghost.careless[id];
      if (range === null || careless === undefined || range.slot !== slot) return;
      if (range.start < end && start < range.end) this.note(careless, true);
    });
  }

  private overlaps(op: MapOp): boolean {
    const domain = this.domain(op.domain);
    if (domain === null) return false;
    const leaves = leavesOf(this.world.geometry, domain);
    return mappedIn(leaves, op.iova, op.iova + bytesOf(op)) !== null;
  }

  /** The range begins or ends inside a leaf. */
  private cuts({ domain: slot, iova, size }: UnmapOp): boolean {
    const domain = this.domain(slot);
    if (domain === null || size === 0) return false;
    const { geometry } = this.world;
    const first = leafAt(geometry, domain, iova);
    const last = leafAt(geometry, domain, iova + size - 1);
    const begins = first !== null && iova % first.size !== 0;
    return begins || (last !== null && (iova + size) % last.size !== 0);
  }

  private isAligned(domain: IommuDomain, ...values: readonly number[]): boolean {
    const smallest = domain.iommu?.pageSizes[0] ?? 1;
    return values.every((v) => v % smallest === 0);
  }

  /** A page table, and nobody else's calls on it. */
  private isPlain(domain: IommuDomain): boolean {
    return domain.root.stored !== null && isPaging(domain.type);
  }

  private domain(slot: number): IommuDomain | null {
    const domain = this.world.slots.domain(slot).stored;
    return domain === null || domain.iommu?.driver === 'virtio' ? null : domain;
  }

  private note<T extends Parameters<typeof this.world.heap.store>[1]>(
    cell: Cell<T>,
    value: T,
  ): void {
    this.world.heap.store(cell, value);
  }
}
