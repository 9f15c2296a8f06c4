// Properties of domain cookies: who judges them, and what is no property of its own.

import type { IommuDomain, IommuWorld } from '../../engine/iommu/index.ts';
import type { IommuOp, IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import {
  type Birth,
  type Cell,
  KernelObject,
  type Outcome,
  type Task,
} from '../../engine/runtime/index.ts';
import type { Hwpt } from '../../engine/iommu/iommufd/objects.ts';
import { broken } from '../property.ts';
import { cookieProperties as properties } from './cookie/catalogue.ts';
import {
  alive,
  checkAllocator,
  checkKind,
  checkMms,
  checkMsiPages,
  checkOwners,
  checkUnion,
  checkWindow,
  isMapped,
} from './cookie/checks.ts';
import type { Part, PartJudge, Uncheckable } from './part.ts';

const getters = new Set([
  'get_dma_cookie',
  'get_msi_cookie',
  'attached_get_msi_cookie',
  'set_fault_handler',
  'attached_set_fault_handler',
]);

/** What a call found when it began: the tag of its domain, by task. */
class Before extends KernelObject {
  private readonly tags = new Map<number, Cell<string>>();

  get kind(): string {
    return 'cookie judge';
  }

  tag(task: Task): Cell<string> {
    let cell = this.tags.get(task.id);
    if (cell === undefined) this.tags.set(task.id, (cell = this.cell(`tag ${task.id}`, 'none')));
    return cell;
  }
}

const birth: Birth = { name: 'cookie judge', boot: true };

class CookieJudge implements PartJudge {
  private readonly world: IommuWorld;
  private readonly before = new Before(birth);
  /** Nothing else goes on while a call of the only task returns. */
  private readonly alone: boolean;
  private readonly unmaps: boolean;
  /** E1: prepare_msi of a domain without a cookie is 0. */
  private readonly withoutCookie: boolean;

  constructor(world: IommuWorld, program: IommuProgram, quirks: readonly string[]) {
    this.world = world;
    this.alone = program.tasks.length <= 1;
    this.unmaps = program.tasks.some((t) => t.ops.some(({ op }) => op === 'dma_unmap'));
    this.withoutCookie = quirks.includes('msiWithoutCookie');
  }

  onBegin(op: IommuOp, task: Task): void {
    if (!getters.has(op.op)) return;
    const tag = this.domainOf(op)?.cookieType.stored ?? 'none';
    this.world.heap.store(this.before.tag(task), tag);
  }

  onEnd(op: IommuOp, result: Outcome, task: Task): void {
    if (getters.has(op.op)) this.checkTaken(op, result, task);
    else if (op.op === 'prepare_msi' && this.alone) this.checkPrepared(op, result);
  }

  looks({ op }: IommuOp): boolean {
    return getters.has(op) || op === 'prepare_msi';
  }

  quiescent(): void {
    const { world } = this;
    const all = alive(world);
    for (const domain of all.domains) {
      checkKind(domain);
      checkUnion(domain);
      checkMsiPages(world, domain);
      checkAllocator(domain, this.unmaps);
    }
    checkOwners(all);
    checkMms(world, all);
    checkWindow(world);
  }

  /** CKE-002; what iommufd owns is CKE-012's. */
  private checkTaken(op: IommuOp, { ret, out }: Outcome, task: Task): void {
    const cell = this.before.tag(task);
    const tag = cell.stored;
    this.world.heap.store(cell, 'none');
    // Which domain a device is attached to may have changed since.
    if (!this.alone && op.op.startsWith('attached_')) return;
    if (tag === 'none' || tag === 'iommufd' || ret !== 0 || out?.['installed'] === 0) return;
    const text = `${op.op} succeeds on a domain that has a cookie already (${tag})`;
    throw broken(properties.taken, op.op, text, this.domainOf(op));
  }

  /** CKE-008. */
  private checkPrepared(
    op: Extract<IommuOp, { readonly op: 'prepare_msi' }>,
    { ret, out }: Outcome,
  ): void {
    const device = this.world.devices[op.device];
    const domain = device?.group.stored?.domain.stored ?? null;
    if (ret !== 0 || domain === null || domain.type === 'identity') return;
    const address = out?.['address'] ?? op.address;
    const text = `prepare_msi returns 0, and ${op.address} is not mapped`;
    if (this.withoutCookie && domain.cookie.stored === null) return;
    const hardware = (device?.spec.reserved ?? []).every((r) => r.kind !== 'swMsi');
    // Without a software window iommufd leaves the message as it is: the hardware has its own.
    if (domain.client === 'iommufd' && hardware && address === op.address) return;
    const paging = this.paging(domain);
    if (
      paging !== null &&
      address !== op.address &&
      isMapped(
        this.world,
        paging,
        address - (address % this.granule),
        op.address - (op.address % this.granule),
      )
    )
      return;
    throw broken(properties.mapped, domain.cookieType.stored, text, domain);
  }

  private get granule(): number {
    return 2 ** this.world.geometry.pageShift;
  }

  /** The domain with the page table: a nested one has its parent's. */
  private paging(domain: IommuDomain): IommuDomain | null {
    const hwpt = domain.cookie.stored;
    if (domain.type !== 'nested') return domain;
    return hwpt !== null && 'paging' in hwpt ? (hwpt as Hwpt).paging.domain.stored : null;
  }

  private domainOf(op: IommuOp): IommuDomain | null {
    if ('domain' in op) return this.world.slots.domain(op.domain).stored;
    if (!('device' in op)) return null;
    return this.world.devices[op.device]?.group.stored?.domain.stored ?? null;
  }
}

export const cookiePart: Part = {
  properties: Object.values(properties),
  judge: (world, program, quirks) => new CookieJudge(world, program, quirks),
};

/** Invariants that are no property of their own here: none. */
export const uncheckable: readonly Uncheckable[] = [];
