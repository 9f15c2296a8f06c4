// One atomic step of one operation in the making: the state it changes, where the operation stands,
// and the choices it meets. Steps are written as plain code; choices are enumerated by running a step
// again with other answers.
import type { Container, Domain, Group, Ioas, IommuModelState, World } from './state.ts';
import { domainKey, stateOf } from './state.ts';
import type { KnownOp } from './vocabulary.ts';

/** `errno`: some error, which one is the driver's or the environment's business; `any`: whatever. */
export type Ret = number | 'errno' | 'any';

/** What an operation returns; without `out` and `size` nothing is said of its other answers. */
export interface Done {
  readonly ret: Ret;
  readonly out?: Readonly<Record<string, unknown>>;
  /** out.size lies between these two. */
  readonly size?: readonly [least: number, most: number];
}

/**
 * `enter`: the first step. `apply`: what was announced is done. `publish`: a slot is filled, a claim is
 * remembered.
 */
export type Phase = 'enter' | 'apply' | 'publish' | 'done';

/** Where an operation stands. */
export interface Progress {
  readonly phase: Phase;
  readonly done: Done | null;
  /** What a call on a slot found there, until it is done with it. */
  readonly held: Domain | null;
  /** How far a walk has come, and what it has counted. */
  readonly from: number;
  readonly bytes: number;
  /** The last refusal of the environment that it met, and how many. */
  readonly fault: string | null;
  readonly refusals: number;
}

export const begun: Progress = {
  phase: 'enter',
  done: null,
  held: null,
  from: 0,
  bytes: 0,
  fault: null,
  refusals: 0,
};

export const progressText = ({ phase, done, held, from, bytes, fault, refusals }: Progress) =>
  `${phase}${from}+${bytes}${fault ?? ''}${refusals}${held === null ? '' : domainKey(held)}` +
  (done === null ? '' : JSON.stringify(done));

export class Run {
  readonly op: KnownOp;
  readonly world: World;
  progress: Progress;
  private slots: readonly (Domain | null)[];
  private groups: readonly Group[];
  private containers: readonly Container[];
  private ioases: readonly Ioas[];
  private isProbing: boolean;
  private readonly base: IommuModelState;
  /** Answers to the choices met; what comes after them is answered 0. */
  private readonly script: number[];
  /** How many answers each choice of the script has. */
  private readonly widths: number[] = [];

  constructor(base: IommuModelState, op: KnownOp, progress: Progress, script: number[]) {
    this.base = base;
    this.op = op;
    this.world = base.world;
    this.progress = progress;
    this.slots = base.slots;
    this.groups = base.groups;
    this.containers = base.containers;
    this.ioases = base.ioases;
    this.isProbing = base.probing;
    this.script = script;
  }

  /** One of `n` ways, all of which the rules allow. */
  pick(n: number): number {
    const at = this.widths.length;
    this.widths.push(n);
    return (this.script[at] ??= 0);
  }

  either(): boolean {
    return this.pick(2) === 1;
  }

  /**
   * The environment refuses, where the program lets it: at which of its sites an operation asks is the
   * driver's business.
   */
  refuses(): boolean {
    const { world, progress } = this;
    if (progress.refusals >= world.budget) return false;
    const chosen = world.faults[this.pick(world.faults.length + 1) - 1];
    if (chosen === undefined) return false;
    this.progress = { ...progress, fault: chosen, refusals: progress.refusals + 1 };
    return true;
  }

  /** As often as it likes. */
  mayRefuse(): void {
    while (this.refuses());
  }

  /** A refusal that fails the call; what a virtio-iommu device rejects may also go unnoticed. */
  fails(): boolean {
    if (!this.refuses()) return false;
    if (this.progress.fault?.startsWith('virtio_') === true && this.either()) return false;
    this.mayRefuse();
    return true;
  }

  /** Waits: another operation must move first. */
  waits = false;

  get probing(): boolean {
    return this.isProbing;
  }

  set probing(probing: boolean) {
    this.isProbing = probing;
  }

  slot(index: number): Domain | null {
    return this.slots[index] ?? null;
  }

  setSlot(index: number, domain: Domain | null): void {
    const slots = this.slots.slice();
    while (slots.length < index) slots.push(null);
    slots[index] = domain;
    this.slots = slots;
  }

  changeDomain(index: number, changes: Partial<Domain>): void {
    const old = this.slot(index);
    if (old !== null) this.setSlot(index, { ...old, ...changes });
  }

  get allGroups(): readonly Group[] {
    return this.groups;
  }

  group(index: number): Group {
    const group = this.groups[index];
    if (group === undefined) throw new RangeError(`model: the topology has no group ${index}`);
    return group;
  }

  changeGroup(index: number, changes: Partial<Group>): void {
    this.groups = this.groups.with(index, { ...this.group(index), ...changes });
  }

  get allContainers(): readonly Container[] {
    return this.containers;
  }

  container(index: number): Container {
    const container = this.containers[index];
    if (container === undefined)
      throw new RangeError(`model: the topology has no container ${index}`);
    return container;
  }

  changeContainer(index: number, changes: Partial<Container>): void {
    this.containers = this.containers.with(index, { ...this.container(index), ...changes });
  }

  ioas(index: number): Ioas {
    return this.ioases[index] ?? { isThere: false, areas: [] };
  }

  changeIoas(index: number, changes: Partial<Ioas>): void {
    this.ioases = this.ioases.with(index, { ...this.ioas(index), ...changes });
  }

  /** The operation returns. */
  finish(ret: Ret, more: Omit<Done, 'ret'> = {}): void {
    this.progress = { ...this.progress, phase: 'done', held: null, done: { ret, ...more } };
  }

  /** As goOn, in a walk that has come to `from` and counted `bytes`. */
  proceed(phase: Phase, from: number, bytes: number): void {
    this.progress = { ...this.progress, phase, from, bytes };
  }

  goOn(phase: Phase, held: Domain | null = null): void {
    this.progress = { ...this.progress, phase, held };
  }

  get state(): IommuModelState {
    const { base, world, slots, groups, containers, ioases, isProbing: probing } = this;
    const isSame =
      slots === base.slots &&
      groups === base.groups &&
      containers === base.containers &&
      ioases === base.ioases &&
      probing === base.probing;
    return isSame ? base : stateOf({ world, slots, groups, containers, ioases, probing });
  }

  /** The script of the next way through this step; null: there is no other. */
  nextScript(): number[] | null {
    for (let at = this.widths.length - 1; at >= 0; at--) {
      const answer = this.script[at] as number;
      if (answer + 1 < (this.widths[at] as number))
        return [...this.script.slice(0, at), answer + 1];
    }
    return null;
  }
}
