// Judges split, merge and the dirty log in one program: what each operation found when it began, what
// devices wrote meanwhile, and what it left.

import { EBUSY } from '../../../engine/errno.ts';
import type { IommuDomain, IommuWorld } from '../../../engine/iommu/index.ts';
import type { IommuOp, IommuProgram, OpOf } from '../../../engine/iommu/vocabulary/index.ts';
import type { Outcome, Task } from '../../../engine/runtime/index.ts';
import type { PartJudge } from '../part.ts';
import { type Disturbance, Ghost, lessPages, type Open, pagesOf, pagesText } from './ghost.ts';
import { hwptDomain, hwptOpEnds } from './hwpt.ts';
import * as log from './log.ts';
import { lookUpOf, type Probe } from './probe.ts';
import { type Snapshot, snapshot } from './snapshot.ts';
import * as tables from './tables.ts';

type RangeOp = OpOf<
  'split_block' | 'merge_page' | 'switch_dirty_log' | 'sync_dirty_log' | 'clear_dirty_log'
>;

type HwptOp = OpOf<'hwpt_set_dirty' | 'hwpt_get_dirty'>;

const rangeOps: ReadonlySet<string> = new Set([
  'split_block',
  'merge_page',
  'switch_dirty_log',
  'sync_dirty_log',
  'clear_dirty_log',
]);

/** Operations of which only the beginning or the end is looked at. */
const harmless: ReadonlySet<string> = new Set(['dma_read', 'iova_to_phys', 'report_fault']);

function disturbanceOf(does: IommuOp): Disturbance | null {
  const { op } = does;
  if (rangeOps.has(op)) return op === 'sync_dirty_log' ? null : 'log';
  if (op === 'dma_write') return 'write';
  if (does.op === 'hwpt_set_dirty') return does.enable ? 'log' : 'untrack';
  if (op === 'hwpt_get_dirty') return 'read';
  return harmless.has(op) ? null : 'map';
}

const isHwptOp = (op: IommuOp): op is HwptOp =>
  op.op === 'hwpt_set_dirty' || op.op === 'hwpt_get_dirty';

const isRangeOp = (op: IommuOp): op is RangeOp => rangeOps.has(op.op);

export const judgesDirtyLog = (program: IommuProgram): boolean =>
  [...program.setup, ...program.tasks.flatMap((t) => t.ops)].some(
    (op) => isRangeOp(op) || isHwptOp(op),
  );

export class DirtyJudge implements PartJudge {
  private readonly world: IommuWorld;
  private readonly ghost: Ghost;
  private readonly page: number;

  constructor(world: IommuWorld) {
    this.world = world;
    this.ghost = new Ghost(world.heap);
    this.page = 2 ** world.geometry.pageShift;
  }

  onBegin(op: IommuOp, task: Task): void {
    const does = disturbanceOf(op);
    const others = this.ghost.open.all().filter((cell) => cell.stored !== null);
    const disturbed = others.flatMap((cell) => cell.stored?.does ?? []);
    if (does !== null)
      for (const cell of others) {
        const other = cell.stored as Open;
        if (!other.disturbed.includes(does))
          this.ghost.change(cell, other, { disturbed: [...other.disturbed, does] });
      }
    const domain = this.domainOf(op);
    const looks = domain !== null && (isRangeOp(op) || isHwptOp(op) || lookUpOf(op) !== null);
    const mine = this.ghost.opened({
      does,
      domain,
      before: looks ? snapshot(this.world, domain) : null,
      pending: looks ? this.ghost.of(domain).pending.stored : '',
      tracked: domain?.dirtyTracking.stored === true,
      disturbed: [...new Set(disturbed)],
    });
    this.ghost.set(this.ghost.open.of(task.id), mine);
  }

  onEnd(op: IommuOp, result: Outcome, task: Task): void {
    const cell = this.ghost.open.of(task.id);
    const mine = cell.stored;
    this.ghost.set(cell, null);
    if (mine?.does === 'map')
      this.ghost.unmapped((d, n) => snapshot(this.world, d).at(n * this.page) !== null);
    if (mine === null || mine.domain === null || mine.domain !== this.domainOf(op)) return;
    const { domain } = mine;
    if (isRangeOp(op)) return this.rangeOpEnds(op, result, mine, domain, task);
    if (isHwptOp(op)) return hwptOpEnds(op, result, mine, this.ghost, this.page);
    const probe = lookUpOf(op);
    if (probe !== null) this.probeEnds(probe, result, mine);
    // What was written before tracking ended and began again, nobody asks for.
    const noted = mine.tracked && mine.alone('untrack');
    if (op.op === 'dma_write' && result.ret === 0 && noted) this.noteWrite(op.iova, domain);
  }

  quiescent(): void {
    for (const cell of this.world.slots.touched()) {
      const domain = cell.stored;
      if (domain === null) continue;
      const root = domain.root.stored;
      if (root !== null) tables.checkPartition(this.world, root);
      tables.checkWalkCache(domain);
      log.checkFlag(domain, this.ghost.of(domain).ranges.stored);
    }
  }

  private domainOf(op: IommuOp): IommuDomain | null {
    if (isHwptOp(op)) return hwptDomain(this.world, op.hwpt);
    if ('domain' in op) return this.world.slots.domain(op.domain).stored;
    if (op.op !== 'dma_write' && op.op !== 'dma_read') return null;
    const device = this.world.devices[op.device];
    if (device === undefined) return null;
    return (op.pasid === undefined ? device.rid.domain : device.pasid(op.pasid)).stored;
  }

  /** Looked up or accessed while others split and merge: as it was before. */
  private probeEnds(probe: Probe, { ret, out }: Outcome, { before, disturbed }: Open): void {
    if (before === null || disturbed.includes('map')) return;
    tables.checkProbe(probe, before, ret, out?.['pa']);
  }

  private noteWrite(iova: number, domain: IommuDomain): void {
    if (!domain.dirtyTracking.stored) return;
    const { pending } = this.ghost.of(domain);
    const pages = [...pagesOf(pending.stored), Math.floor(iova / this.page)];
    this.ghost.set(pending, pagesText(pages));
  }

  private rangeOpEnds(
    op: RangeOp,
    result: Outcome,
    mine: Open,
    domain: IommuDomain,
    task: Task,
  ): void {
    // The driver has no such operation.
    if (domain.iommu?.driver !== 'arm' || domain.iommu.spec.dirtyTracking !== true) return;
    const after = snapshot(this.world, domain);
    const before = mine.alone('map', 'log') ? mine.before : null;
    if (op.iova % this.page !== 0 || op.size % this.page !== 0) {
      // A switch looks at the state of its log first.
      if (op.op === 'switch_dirty_log' && result.ret === EBUSY) return;
      const unchanged = mine.alone('write') ? before : null;
      tables.checkMisaligned(op.op, result, unchanged, after);
      return;
    }
    tables.checkWalkCache(domain);
    if (op.op !== 'sync_dirty_log' && op.op !== 'clear_dirty_log')
      tables.checkFlushed(op.op, result);
    this.leavesRight(op, result, mine, before, after);
    if (op.op === 'switch_dirty_log') this.switchEnds(op, result, mine, domain);
    if (op.op === 'sync_dirty_log') this.syncEnds(op, result, mine, domain);
    if (op.op === 'clear_dirty_log') this.clearEnds(op, result, mine, domain, task);
    this.stepsRight(op, result, domain);
  }

  /** Of split and merge, also by a switch; `before` is null where others changed the page table. */
  private leavesRight(
    op: RangeOp,
    { ret }: Outcome,
    mine: Open,
    before: Snapshot | null,
    after: Snapshot,
  ): void {
    if (before === null) return;
    const starts = op.op === 'split_block' || (op.op === 'switch_dirty_log' && op.enable);
    const stops = op.op === 'merge_page' || (op.op === 'switch_dirty_log' && !op.enable);
    if (stops) tables.checkMerge(before, after, mine.alone('write'));
    tables.checkTranslation(op.op, before, after);
    if (starts && ret === 0) tables.checkSplit(op, this.page, before, after);
  }

  private stepsRight(op: RangeOp, { ret, out }: Outcome, domain: IommuDomain): void {
    if (ret !== 0 || op.op === 'clear_dirty_log') return;
    const merges = op.op === 'merge_page' || (op.op === 'switch_dirty_log' && !op.enable);
    tables.checkSteps(op, domain.iommu?.pageSizes ?? [], out, !merges);
  }

  private switchEnds(
    op: OpOf<'switch_dirty_log'>,
    result: Outcome,
    mine: Open,
    domain: IommuDomain,
  ): void {
    const { ranges, pending, reported } = this.ghost.of(domain);
    if (mine.alone('log')) log.checkSwitch(op.enable, op, result, ranges.stored, false);
    if (result.ret !== 0) return;
    const key = `${op.iova}+${op.size}`;
    const others = ranges.stored.split(' ').filter((r) => r !== key && r !== '');
    this.ghost.set(ranges, (op.enable ? [...others, key] : others).sort().join(' '));
    if (op.enable) return;
    const gone = log.inRange(pagesOf(pending.stored), op, this.page);
    this.ghost.set(pending, lessPages(pending.stored, gone));
    const seen = log.inRange(pagesOf(reported.stored), op, this.page);
    this.ghost.set(reported, lessPages(reported.stored, seen));
  }

  private syncEnds(
    op: OpOf<'sync_dirty_log'>,
    result: Outcome,
    mine: Open,
    domain: IommuDomain,
  ): void {
    const on = mine.tracked && domain.dirtyTracking.stored;
    if (!on || !mine.alone('map')) return;
    const base = (op.base ?? op.iova) / this.page;
    const mask = result.out?.['bits'] ?? 0;
    const bits = new Set<number>();
    for (let bit = 0; bit < 52; bit++)
      if (Math.floor(mask / 2 ** bit) % 2 === 1) bits.add(base + bit);
    const shown = { iova: op.iova, size: Math.min(op.size, 52 * this.page) };
    log.checkReported(log.inRange(pagesOf(mine.pending), shown, this.page), bits, this.page);
    log.checkAllowed('sync', result, mine.alone('log'));
    const { reported } = this.ghost.of(domain);
    this.ghost.set(reported, pagesText([...pagesOf(reported.stored), ...bits]));
  }

  private clearEnds(
    op: OpOf<'clear_dirty_log'>,
    result: Outcome,
    mine: Open,
    domain: IommuDomain,
    task: Task,
  ): void {
    const { reported } = this.ghost.of(domain);
    if (!mine.tracked || !domain.dirtyTracking.stored) return;
    log.checkAllowed('clear', result, mine.alone('map', 'log'));
    if (result.ret !== 0) return;
    const base = (op.base ?? op.iova) / this.page;
    const given = op.bits ?? pagesOf(this.world.dirty.bitmapOf(task.label).stored);
    const told = given.map((bit) => base + bit);
    const pages = new Set(log.inRange(told, op, this.page));
    const written = pagesOf(mine.pending);
    log.checkCallersBits(written, pages, reported.stored, this.page);
    if (mine.before !== null && mine.alone('map', 'log', 'write'))
      log.checkCleared(mine.before, snapshot(this.world, domain), pages, this.page);
    this.ghost.set(reported, lessPages(reported.stored, pages));
    this.ghost.seen(domain, pages);
  }
}
