// The oracle of the IOMMU stack: what its operations may answer, composed of the compiled machines.
// As model/oracle.ts: begin() and advance() run an operation step by step.
import * as attaching from './attach-steps.ts';
import * as cookies from './cookie-steps.ts';
import * as dirty from './dirty-steps.ts';
import * as domains from './domain-steps.ts';
import { newGroup } from './initial.ts';
import * as ioas from './ioas-steps.ts';
import * as mapping from './mapping-steps.ts';
import * as ownership from './ownership-steps.ts';
import * as probing from './probe-steps.ts';
import { type IommuQuirks, noIommuQuirks } from './quirks.ts';
import * as type1 from './type1-steps.ts';
import { begun, type Done, type Progress, progressText, Run } from './run.ts';
import { type IommuModelState, stateOf, type World } from './state.ts';
import { type1Table } from './tables.ts';
import type { KnownOp, KnownOpName, OpOf, Topology } from './vocabulary.ts';

/** An operation of a program, known to the machines or not. */
export interface AnyOp {
  readonly op: string;
}

/** An operation between two of its atomic steps. */
export interface IommuPending {
  /** Canonical: equal if and only if operation and progress are. */
  readonly key: string;
  readonly op: AnyOp;
  readonly done: Done | null;
  readonly fault: string | null;
}

export interface IommuSuccessor {
  readonly state: IommuModelState;
  readonly pending: IommuPending;
}

export interface IommuOracle {
  /** `tasks`: the operations of each, the setup's first, for how fine the steps must be. */
  initial(
    topology: Topology,
    faults: { readonly budget: number; readonly sites: readonly string[] },
    quirks?: Partial<IommuQuirks>,
    tasks?: readonly (readonly AnyOp[])[],
  ): IommuModelState;
  begin(op: AnyOp): IommuPending;
  /** Every way one atomic step may go; none when the operation is done. */
  advance(state: IommuModelState, pending: IommuPending): readonly IommuSuccessor[];
}

type Step<N extends KnownOpName> = (run: Run, op: OpOf<N>) => void;

const steps: { readonly [N in KnownOpName]: Step<N> } = {
  domain_alloc: domains.domainAlloc,
  sva_domain_alloc: domains.svaDomainAlloc,
  domain_free: domains.domainFree,
  enforce_cache_coherency: domains.enforce,
  iotlb_sync: domains.flush,
  flush_iotlb_all: domains.flush,
  set_fault_handler: cookies.setFaultHandler,
  get_dma_cookie: cookies.getDmaCookie,
  get_msi_cookie: cookies.getMsiCookie,
  put_dma_cookie: cookies.putCookie,
  put_msi_cookie: cookies.putCookie,
  prepare_msi: cookies.prepareMsi,
  attach_group: attaching.attachGroup,
  detach_group: attaching.detachGroup,
  replace_domain: attaching.replaceDomain,
  attach_device: attaching.attachDevice,
  detach_device: attaching.detachDevice,
  attach_pasid: attaching.attachPasid,
  detach_pasid: attaching.detachPasid,
  claim_group: ownership.claimGroup,
  release_group: ownership.releaseGroup,
  claim_device: ownership.claimDevice,
  release_device: ownership.releaseDevice,
  use_default_domain: ownership.useDefaultDomain,
  unuse_default_domain: ownership.unuseDefaultDomain,
  probe_device: probing.probeDevice,
  remove_device: probing.removeDevice,
  set_group_type: probing.setGroupType,
  iommu_map: mapping.iommuMap,
  iommu_map_sg: mapping.iommuMapSg,
  iommu_unmap: mapping.iommuUnmap,
  iommu_unmap_fast: mapping.iommuUnmap,
  iova_to_phys: mapping.iovaToPhys,
  split_block: dirty.splitBlock,
  merge_page: dirty.mergePage,
  switch_dirty_log: dirty.switchDirtyLog,
  sync_dirty_log: dirty.syncDirtyLog,
  clear_dirty_log: dirty.clearDirtyLog,
  ioas_alloc: ioas.ioasAlloc,
  ioas_destroy: ioas.ioasDestroy,
  ioas_map: ioas.ioasMap,
  ioas_unmap: ioas.ioasUnmap,
  ioas_copy: ioas.ioasCopy,
  vfio_set_iommu: type1.setIommu,
  vfio_map_dma: type1.mapDma,
  vfio_unmap_dma: type1.unmapDma,
  vfio_close_container: type1.mayDrop,
  vfio_register: type1.mayDrop,
  vfio_unregister: type1.mayDrop,
  vfio_group_open: type1.mayDrop,
  vfio_group_close: type1.mayDrop,
  vfio_set_container: type1.mayDrop,
  vfio_unset_container: type1.mayDrop,
  vfio_get_device_fd: type1.mayDrop,
  vfio_close_device_fd: type1.mayDrop,
  kvm_file_add: type1.mayDrop,
  kvm_file_del: type1.mayDrop,
};

/** Whether the machines say what an operation returns. */
export const isKnown = (op: AnyOp): op is KnownOp => Object.hasOwn(steps, op.op);

const slotOf = (op: AnyOp): number =>
  'domain' in op && typeof op.domain === 'number' ? op.domain : -1;

const containerOf = (op: AnyOp): number =>
  'container' in op && typeof op.container === 'number' ? op.container : -1;

const ioasOf = (op: AnyOp): number => ('ioas' in op && typeof op.ioas === 'number' ? op.ioas : -1);

function initial(
  topology: Topology,
  faults: { readonly budget: number; readonly sites: readonly string[] },
  quirks: Partial<IommuQuirks> = {},
  tasks: readonly (readonly AnyOp[])[] = [],
): IommuModelState {
  const ops = tasks.flat();
  const users = tasks.slice(1).flatMap((list) => [...new Set(list.map(slotOf))]);
  const world: World = {
    topology,
    geometry: topology.geometry,
    faults: faults.sites,
    budget: faults.budget,
    quirks: { ...noIommuQuirks, ...quirks },
    shared: new Set(users.filter((slot, at) => users.indexOf(slot) !== at)),
    closing: new Set(
      ops.flatMap((op) => (op.op === 'vfio_close_container' ? [containerOf(op)] : [])),
    ),
    pinning: ops.some(({ op }) => op === 'vfio_pin_pages'),
    lookups: ops.some(({ op }) => op === 'iova_to_phys'),
  };
  const slots = Array.from({ length: 1 + Math.max(-1, ...ops.map(slotOf)) }, () => null);
  const ioases = 1 + Math.max(-1, ...ops.map(ioasOf));
  return stateOf({
    world,
    slots,
    groups: topology.groups.map((_, index) => newGroup(topology, index)),
    containers: (topology.containers ?? []).map(() => ({ node: type1Table.root(), dmas: [] })),
    ioases: Array.from({ length: ioases }, () => ({ isThere: false, areas: [] })),
    probing: false,
  });
}

class Pending implements IommuPending {
  readonly op: AnyOp;
  readonly progress: Progress;
  readonly text: string;
  #key: string | undefined;

  constructor(op: AnyOp, text: string, progress: Progress) {
    this.op = op;
    this.text = text;
    this.progress = progress;
  }

  get key(): string {
    return (this.#key ??= `${this.text}#${progressText(this.progress)}`);
  }

  get done(): Done | null {
    return this.progress.done;
  }

  get fault(): string | null {
    return this.progress.fault;
  }
}

const texts = new WeakMap<AnyOp, string>();

function begin(op: AnyOp): IommuPending {
  let text = texts.get(op);
  if (text === undefined) texts.set(op, (text = JSON.stringify(op)));
  return new Pending(op, text, begun);
}

function advance(state: IommuModelState, pending: IommuPending): readonly IommuSuccessor[] {
  const { op, progress, text } = pending as Pending;
  if (progress.done !== null || !isKnown(op)) return [];
  const take = steps[op.op] as (run: Run, op: KnownOp) => void;
  const successors: IommuSuccessor[] = [];
  for (let script: number[] | null = []; script !== null; ) {
    const run = new Run(state, op, progress, script);
    take(run, op);
    if (!run.waits)
      successors.push({ state: run.state, pending: new Pending(op, text, run.progress) });
    script = run.nextScript();
  }
  return successors;
}

export const iommuOracle: IommuOracle = { initial, begin, advance };
