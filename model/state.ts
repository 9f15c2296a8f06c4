// The state of the whole container system: plain immutable parts, each with a lazily made canonical
// key. Which transitions there are is said by the machines and the steps, not here.
import type { TableNode } from './compile.ts';
import type { AttachRules, Quirks } from './quirks.ts';
import type { FaultSite, Geometry, Topology } from './vocabulary.ts';

/** What never changes in a run; all states of a run share one. */
export interface World {
  readonly topology: Topology;
  readonly geometry: Geometry;
  readonly faults: ReadonlySet<FaultSite>;
  readonly quirks: Quirks;
  readonly attachRules: AttachRules;
  /** Containers may be closed while calls on them are in flight: calls are counted. */
  readonly closable: boolean;
}

/**
 * A process other than the one whose mm a container is bound to, of whom the container holds
 * something; null is that mm. There are guests under the quirk anyProcess only.
 */
export type Guest = number | null;

/** One registered region; `node` is its place in the region machine. */
export interface Region {
  readonly va: number;
  readonly size: number;
  readonly pageShift: number;
  readonly node: TableNode;
}

/** A window slot that is present. `charge`: locked_vm pages of its table, 0 for a legacy table. */
export interface Window {
  readonly start: number;
  readonly size: number;
  readonly pageShift: number;
  readonly charge: number;
  /** Who paid the charge. */
  readonly payer: Guest;
  /** Entry number to the va it maps; the region is the one of the container's mm that holds it. */
  readonly entries: ReadonlyMap<number, number>;
  /** The guests among those whose memory the entries map, by entry number. */
  readonly guests: ReadonlyMap<number, number> | null;
  readonly key: string;
}

export interface Process {
  readonly lockedVm: number;
  /** Ordered by va, pairwise disjoint. */
  readonly regions: readonly Region[];
  readonly key: string;
}

/** One REGISTER of a container, and whose memory it registered. */
export interface Registration {
  readonly va: number;
  readonly size: number;
  readonly guest: Guest;
}

export interface Container {
  readonly node: TableNode;
  /** The process whose mm the container is bound to. */
  readonly mm: number | null;
  /** Attached groups, oldest first. */
  readonly groups: readonly number[];
  readonly windows: readonly (Window | null)[];
  /** Who paid for ENABLE. */
  readonly payer: Guest;
  /** What this container registered, ordered by va. */
  readonly prereg: readonly Registration[];
  /** An operation holds container->lock between two of its steps. */
  readonly locked: boolean;
  /** MAPs and UNMAPs between their first entry and their last. */
  readonly inFlight: number;
  /** Calls between fdget and fdput, where they are counted. */
  readonly calls: number;
  /** The descriptor is closed: the last call in flight releases the container. */
  readonly shut: boolean;
  readonly key: string;
}

export interface ModelState {
  /** Canonical: equal if and only if the states are the same. */
  readonly key: string;
  readonly world: World;
  readonly processes: readonly Process[];
  readonly containers: readonly Container[];
}

const byGuest = (guest: Guest): string => (guest === null ? '' : `@${guest}`);

export class WindowData implements Window {
  start = 0;
  size = 0;
  pageShift = 0;
  charge = 0;
  payer: Guest = null;
  entries = new Map<number, number>();
  guests: Map<number, number> | null = null;
  #key: string | undefined;

  clone(): WindowData {
    const copy = Object.assign(new WindowData(), this);
    copy.entries = new Map(this.entries);
    if (this.guests !== null) copy.guests = new Map(this.guests);
    return copy;
  }

  setEntry(entry: number, va: number, guest: Guest): void {
    this.entries.set(entry, va);
    if (guest === null) this.guests?.delete(entry);
    else (this.guests ??= new Map()).set(entry, guest);
  }

  deleteEntry(entry: number): void {
    this.entries.delete(entry);
    this.guests?.delete(entry);
  }

  get key(): string {
    if (this.#key === undefined) {
      const entries = [...this.entries].sort((a, b) => a[0] - b[0]);
      const { guests } = this;
      const text = entries
        .map(([entry, va]) => `${entry}=${va.toString(36)}${byGuest(guests?.get(entry) ?? null)}`)
        .join();
      const charge = `${this.charge}${byGuest(this.payer)}`;
      this.#key = `${this.start}+${this.size}>>${this.pageShift}$${charge}{${text}}`;
    }
    return this.#key;
  }
}

export class ProcessData implements Process {
  lockedVm = 0;
  regions: Region[] = [];
  #key: string | undefined;

  clone(): ProcessData {
    const copy = new ProcessData();
    copy.lockedVm = this.lockedVm;
    copy.regions = this.regions.slice();
    return copy;
  }

  get key(): string {
    this.#key ??= `${this.lockedVm}[${this.regions
      .map(({ va, size, pageShift, node }) => `${va}+${size}>>${pageShift}${node.key}`)
      .join()}]`;
    return this.#key;
  }
}

export class ContainerData implements Container {
  node: TableNode;
  mm: number | null = null;
  groups: number[] = [];
  windows: (WindowData | null)[] = [null, null];
  payer: Guest = null;
  prereg: Registration[] = [];
  locked = false;
  inFlight = 0;
  calls = 0;
  shut = false;
  #key: string | undefined;

  constructor(node: TableNode) {
    this.node = node;
  }

  clone(): ContainerData {
    const copy = new ContainerData(this.node);
    copy.mm = this.mm;
    copy.groups = this.groups.slice();
    copy.windows = this.windows.slice();
    copy.payer = this.payer;
    copy.prereg = this.prereg.slice();
    copy.locked = this.locked;
    copy.inFlight = this.inFlight;
    copy.calls = this.calls;
    copy.shut = this.shut;
    return copy;
  }

  get key(): string {
    this.#key ??=
      `${this.node.key}@${this.mm ?? '-'}` +
      `g${this.groups.join()}` +
      `w${this.windows.map((window) => window?.key ?? '-').join()}` +
      `p${this.prereg.map(({ va, size, guest }) => `${va}+${size}${byGuest(guest)}`).join()}` +
      byGuest(this.payer) +
      `${this.locked ? 'L' : ''}${this.inFlight}` +
      (this.calls > 0 ? `c${this.calls}` : '') +
      (this.shut ? 's' : '');
    return this.#key;
  }
}

export class StateData implements ModelState {
  readonly world: World;
  readonly processes: readonly ProcessData[];
  readonly containers: readonly ContainerData[];
  #key: string | undefined;

  constructor(
    world: World,
    processes: readonly ProcessData[],
    containers: readonly ContainerData[],
  ) {
    this.world = world;
    this.processes = processes;
    this.containers = containers;
  }

  get key(): string {
    this.#key ??= [...this.processes, ...this.containers].map((part) => part.key).join(' ');
    return this.#key;
  }
}
