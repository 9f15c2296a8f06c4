// One atomic step of one operation in the making: the state it changes, where the operation stands,
// and the choices it meets. Steps are written as plain code; choices are enumerated by running a step
// again with other answers.
import type { Domain, Group, IommuModelState, World } from './state.ts';
import { stateOf } from './state.ts';
import type { KnownOp } from './vocabulary.ts';

/** `errno`: some error, which one is the driver's or the environment's business. */
export type Ret = number | 'errno';

/** What an operation returns; without `out` and `size` nothing is said of its other answers. */
export interface Done {
  readonly ret: Ret;
  readonly out?: Readonly<Record<string, unknown>>;
  /** out.size lies between these two. */
  readonly size?: readonly [least: number, most: number];
}

/** `enter`: the first step. `apply`: what was announced is done. `publish`: a slot is filled. */
export type Phase = 'enter' | 'apply' | 'publish' | 'done';

/** Where an operation stands. */
export interface Progress {
  readonly phase: Phase;
  readonly done: Done | null;
  /** The last refusal of the environment that it met, and how many. */
  readonly fault: string | null;
  readonly refusals: number;
}

export const begun: Progress = { phase: 'enter', done: null, fault: null, refusals: 0 };

export const progressText = ({ phase, done, fault, refusals }: Progress) =>
  `${phase}${fault ?? ''}${refusals}${done === null ? '' : JSON.stringify(done)}`;

export class Run {
  readonly op: KnownOp;
  readonly world: World;
  progress: Progress;
  private slots: readonly (Domain | null)[];
  private groups: readonly Group[];
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

  /** The environment refuses at one of these sites, where the program lets it. */
  refuses(...sites: readonly string[]): boolean {
    const { world, progress } = this;
    if (progress.refusals >= world.budget) return false;
    const possible = sites.filter((site) => world.faults.has(site));
    if (possible.length === 0) return false;
    const chosen = possible[this.pick(possible.length + 1) - 1];
    if (chosen === undefined) return false;
    this.progress = { ...progress, fault: chosen, refusals: progress.refusals + 1 };
    return true;
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

  /** The operation returns. */
  finish(ret: Ret, more: Omit<Done, 'ret'> = {}): void {
    this.progress = { ...this.progress, phase: 'done', done: { ret, ...more } };
  }

  goOn(phase: Phase): void {
    this.progress = { ...this.progress, phase };
  }

  get state(): IommuModelState {
    const { base, slots, groups } = this;
    return slots === base.slots && groups === base.groups
      ? base
      : stateOf(this.world, slots, groups);
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
