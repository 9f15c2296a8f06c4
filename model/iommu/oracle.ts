// The oracle of the IOMMU stack: what its operations may answer, composed of the compiled machines.
// As model/oracle.ts: begin() and advance() run an operation step by step.
import * as domains from './domain-steps.ts';
import { newGroup } from './initial.ts';
import * as groups from './group-steps.ts';
import * as mapping from './mapping-steps.ts';
import { type IommuQuirks, noIommuQuirks } from './quirks.ts';
import { begun, type Done, type Progress, progressText, Run } from './run.ts';
import { type IommuModelState, stateOf, type World } from './state.ts';
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
  /** `ops`: every operation of the program, for how fine the steps must be. */
  initial(
    topology: Topology,
    faults: { readonly budget: number; readonly sites: readonly string[] },
    quirks?: Partial<IommuQuirks>,
    ops?: readonly AnyOp[],
  ): IommuModelState;
  begin(op: AnyOp): IommuPending;
  /** Every way one atomic step may go; none when the operation is done. */
  advance(state: IommuModelState, pending: IommuPending): readonly IommuSuccessor[];
}

type Step<N extends KnownOpName> = (run: Run, op: OpOf<N>) => void;

const steps: { readonly [N in KnownOpName]: Step<N> } = {
  domain_alloc: domains.domainAlloc,
  domain_free: domains.domainFree,
  set_fault_handler: domains.setFaultHandler,
  get_dma_cookie: domains.getDmaCookie,
  get_msi_cookie: domains.getMsiCookie,
  enforce_cache_coherency: domains.enforce,
  iotlb_sync: domains.flush,
  flush_iotlb_all: domains.flush,
  attach_group: groups.attachGroup,
  detach_group: groups.detachGroup,
  replace_domain: groups.replaceDomain,
  attach_device: groups.attachDeviceOp,
  detach_device: groups.detachDeviceOp,
  claim_group: groups.claimGroup,
  release_group: groups.releaseGroup,
  claim_device: groups.claimDevice,
  release_device: groups.releaseDevice,
  use_default_domain: groups.useDefaultDomain,
  unuse_default_domain: groups.unuseDefaultDomain,
  iommu_map: mapping.iommuMap,
  iommu_unmap: mapping.iommuUnmap,
  iommu_unmap_fast: mapping.iommuUnmap,
  iova_to_phys: mapping.iovaToPhys,
};

/** Whether the machines say what an operation returns. */
export const isKnown = (op: AnyOp): op is KnownOp => Object.hasOwn(steps, op.op);

const slotOf = (op: AnyOp): number =>
  'domain' in op && typeof op.domain === 'number' ? op.domain : -1;

function initial(
  topology: Topology,
  faults: { readonly budget: number; readonly sites: readonly string[] },
  quirks: Partial<IommuQuirks> = {},
  ops: readonly AnyOp[] = [],
): IommuModelState {
  const allocs = ops.filter(({ op }) => op === 'domain_alloc').map(slotOf);
  const world: World = {
    topology,
    geometry: topology.geometry,
    faults: new Set(faults.sites),
    budget: faults.budget,
    quirks: { ...noIommuQuirks, ...quirks },
    contested: new Set(allocs.filter((slot, at) => allocs.indexOf(slot) !== at)),
    lookups: ops.some(({ op }) => op === 'iova_to_phys'),
  };
  const slots = Array.from({ length: 1 + Math.max(-1, ...ops.map(slotOf)) }, () => null);
  return stateOf(
    world,
    slots,
    topology.groups.map((_, index) => newGroup(topology, index)),
  );
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
    successors.push({ state: run.state, pending: new Pending(op, text, run.progress) });
    script = run.nextScript();
  }
  return successors;
}

export const iommuOracle: IommuOracle = { initial, begin, advance };
