// What single operations promise of virtio-iommu: the state before one is remembered until it
// returns. spec/virtio-domain.md §9.2, §9.8, §9.10, §9.14, §9.1 (exhaustion).

import type { IommuWorld } from '../../engine/iommu/index.ts';
import type { Mappings } from '../../engine/iommu/virtio/mappings.ts';
import { mappings } from '../../engine/iommu/virtio/mappings.ts';
import { ViommuDomain } from '../../engine/iommu/virtio/objects.ts';
import { configuredIds, counterOf, idAt } from '../../engine/iommu/virtio/state.ts';
import type { IommuOp, IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import { ENOSPC } from '../../engine/errno.ts';
import {
  type Birth,
  type Cell,
  KernelObject,
  type Outcome,
  type Task,
} from '../../engine/runtime/index.ts';
import { broken } from '../property.ts';
import { virtioProperties as vio } from './virtioCatalogue.ts';
import { checkCount } from './virtioState.ts';
import { domainsOf, endpoints, liveDomains } from './virtioView.ts';

const changesMappings = new Set(['iommu_map', 'iommu_map_sg', 'iommu_unmap', 'iommu_unmap_fast']);

/** What is remembered of a run. */
class Ghost extends KernelObject {
  /** What an operation found, by task. */
  readonly before: readonly Cell<string>[];
  readonly range: readonly Cell<Mappings | null>[];
  private readonly domains = new Map<string, Cell<string>>();

  constructor(birth: Birth, tasks: number) {
    super(birth);
    const all = Array.from({ length: tasks }, (_, i) => i);
    this.before = all.map((i) => this.cell(`before T${i}`, ''));
    this.range = all.map((i) => this.cell<Mappings | null>(`range T${i}`, null));
  }

  get kind(): string {
    return 'judge';
  }

  /** What a domain was finalised as. */
  domain({ name }: ViommuDomain): Cell<string> {
    let cell = this.domains.get(name);
    if (cell === undefined) this.domains.set(name, (cell = this.cell(name, '')));
    return cell;
  }
}

export class VirtioCalls {
  private readonly world: IommuWorld;
  private readonly ghost: Ghost;
  /** Nobody else runs while an operation does, and no attach may fail twice. */
  private readonly alone: boolean;
  private readonly revertible: boolean;

  constructor(world: IommuWorld, program: IommuProgram) {
    this.world = world;
    this.ghost = world.heap.boot(Ghost, 'virtio judge', program.tasks.length + 1);
    this.alone = program.tasks.length <= 1;
    this.revertible = program.faults.budget <= 1;
  }

  begin(op: IommuOp, task: Task): void {
    const groups = this.groupsOf(op);
    if (groups !== null) this.note(this.ghost.before[task.id], this.snapshot(groups, task));
    if (op.op !== 'iommu_unmap') return;
    const domain = this.slot(op.domain);
    if (domain === null) return;
    this.note(this.ghost.range[task.id], this.range(domain, op.iova, op.size));
  }

  end(op: IommuOp, { ret, out }: Outcome, task: Task): void {
    const before = this.ghost.before[task.id]?.stored ?? '';
    const range = this.ghost.range[task.id]?.stored ?? null;
    this.note(this.ghost.before[task.id], '');
    this.note(this.ghost.range[task.id], null);
    const groups = this.groupsOf(op);
    if (groups !== null) this.checkAttach(op, ret, before, this.snapshot(groups, task));
    if (changesMappings.has(op.op)) this.overtake(task);
    if (op.op === 'iommu_unmap' && range !== null && out?.['size'] === 0)
      this.checkUntouched(this.slot(op.domain), op.iova, op.size, range);
    if (op.op === 'iova_to_phys' && (this.alone || task.phase === 'setup'))
      this.checkLookUp(this.slot(op.domain), op.iova, out?.['pa'] ?? 0);
    // Side by side with others, the id that was missing may have been freed since.
    if (op.op === 'domain_alloc' && ret === ENOSPC && (this.alone || task.phase === 'setup'))
      this.checkExhausted(op.device);
    this.checkConstant();
  }

  /**
   * Mappings have changed: an unmap that has begun, and has not got as far as to say so to the
   * contract, finds others than when it began.
   */
  private overtake(task: Task): void {
    this.ghost.range.forEach((range, id) => {
      if (id !== task.id) this.note(range, null);
    });
  }

  private note<T extends string | Mappings | null>(cell: Cell<T> | undefined, value: T): void {
    if (cell !== undefined) this.world.heap.store(cell, value);
  }

  private slot(slot: number): ViommuDomain | null {
    const domain = this.world.slots.domain(slot).stored;
    return domain instanceof ViommuDomain ? domain : null;
  }

  /** Groups that an attach is about; null: the operation is none, or not of virtio-iommu. */
  private groupsOf(op: IommuOp): number[] | null {
    if (op.op === 'attach_group' || op.op === 'replace_domain')
      return this.slot(op.domain) === null ? null : [op.group];
    if (op.op !== 'attach_device' || this.slot(op.domain) === null) return null;
    return [this.world.topology.devices[op.device]?.group ?? 0];
  }

  /** Where the devices of the groups are; with counts and mappings where nobody else runs. */
  private snapshot(groups: readonly number[], task: Task): string {
    const lines: string[] = [];
    for (const device of this.world.devices) {
      const vdev =
        device.iommu.driver === 'virtio' ? this.world.virtio.endpoint(device).stored : null;
      if (vdev === null || !groups.includes(device.spec.group)) continue;
      const state = vdev.viommu.hw.state.stored;
      const domain = vdev.vdomain.stored;
      const at = vdev.ids.map((id) => state.domainOf(id)).join(' ');
      lines.push(`${device.name} in ${domain?.name ?? 'none'}, ${at}`);
      if (domain === null || !(this.alone || task.phase === 'setup')) continue;
      const there = state.domain(idAt(domain, vdev.viommu))?.mappings.name;
      lines.push(
        `${counterOf(domain, vdev.viommu).stored} ${domain.mappings.stored.name} ${there ?? ''}`,
      );
    }
    return lines.join('; ');
  }

  /** V10 and V14. */
  private checkAttach(op: IommuOp, ret: number, before: string, after: string): void {
    if (!('domain' in op) || before === '') return;
    const domain = this.slot(op.domain);
    if (domain === null) return;
    const foreign = this.isForeign(op, domain);
    const said = `before: ${before}; after: ${after}`;
    if (foreign && ret === 0)
      throw broken(vio.foreign, 'accepted', 'a domain of another instance was attached', domain);
    // Who runs besides may plug and unplug devices of the group.
    if (ret === 0 || before === after || !this.alone) return;
    for (const live of liveDomains(this.world)) this.checkCounted(live);
    if (foreign) throw broken(vio.foreign, 'effect', said, domain);
    if (this.revertible) throw broken(vio.unchanged, 'changed', said, domain);
  }

  /** V3 says more of a count that is wrong than V10. */
  private checkCounted(domain: ViommuDomain): void {
    checkCount(domain, endpoints(this.world));
  }

  private isForeign(op: IommuOp, domain: ViommuDomain): boolean {
    const groups = this.groupsOf(op) ?? [];
    const viommu = domain.viommu.stored;
    if (viommu === null) return false;
    const of = this.world.devices.filter((d) => groups.includes(d.spec.group));
    return of.some((d) => d.iommu !== viommu.iommu);
  }

  /** Side by side with others, what reaches beyond a range may go by an unmap of the rest of it. */
  private range(domain: ViommuDomain, iova: number, size: number): Mappings {
    const last = iova + Math.max(size, 1) - 1;
    const met = domain.mappings.stored.overlapping(iova, last);
    return mappings(this.alone ? met : met.filter((m) => iova <= m.start && m.last <= last));
  }

  /** V8: nobody else may touch the range meanwhile. */
  private checkUntouched(
    domain: ViommuDomain | null,
    iova: number,
    size: number,
    before: Mappings,
  ): void {
    if (domain === null || this.range(domain, iova, size) === before) return;
    const message = `an unmap of 0 bytes has changed the mappings ${before.name}`;
    throw broken(vio.shadow, 'unmap', message, domain);
  }

  /** V8. */
  private checkLookUp(domain: ViommuDomain | null, iova: number, pa: number): void {
    if (domain === null || domain.type === 'identity') return;
    const [found] = domain.mappings.stored.overlapping(iova, iova);
    const wanted = found === undefined ? 0 : found.phys + (iova - found.start);
    if (pa === wanted) return;
    throw broken(vio.shadow, 'look-up', `iova_to_phys answered ${pa} instead of ${wanted}`, domain);
  }

  /** V1: an id is refused only where all are in use; one of them may be the identity domain's. */
  private checkExhausted(index: number): void {
    const device = this.world.devices[index];
    if (device === undefined || device.iommu.driver !== 'virtio') return;
    const viommu = this.world.virtio.viommu(device.iommu);
    const { first, last } = configuredIds(viommu);
    const paging = domainsOf(liveDomains(this.world), viommu).filter((d) => !d.isStatic);
    if (first > last || paging.length > 0) return;
    const message = `${viommu.name} has ids ${first} to ${last}, no domain, and refuses one`;
    throw broken(vio.ids, 'exhausted', message, viommu);
  }

  /** V2. */
  private checkConstant(): void {
    for (const domain of liveDomains(this.world)) {
      const viommu = domain.viommu.stored;
      if (viommu === null) continue;
      const text = `${viommu.name} id ${domain.id.stored} flags ${domain.mapFlags.stored}`;
      const cell = this.ghost.domain(domain);
      if (cell.stored !== '' && cell.stored !== text)
        throw broken(vio.constant, 'changed', `it was ${cell.stored}, it is ${text}`, domain);
      this.world.heap.store(cell, text);
    }
  }
}
