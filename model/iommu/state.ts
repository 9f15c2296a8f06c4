// The state of the machines of the IOMMU stack: plain immutable parts, each with a canonical key that
// is made once. Which transitions there are is said by the machines and the steps, not here.
import type { TableNode } from '../compile.ts';
import type { IommuQuirks } from './quirks.ts';
import type { DomainType, DriverKind, Geometry, Topology } from './vocabulary.ts';

/** What never changes in a run; all states of a run share one. */
export interface World {
  readonly topology: Topology;
  readonly geometry: Geometry;
  /** Sites at which the environment may refuse, and how often in a run. */
  readonly faults: readonly string[];
  readonly budget: number;
  readonly quirks: IommuQuirks;
  /** Slots that tasks share: a look at one, and what follows from it, are steps apart. */
  readonly shared: ReadonlySet<number>;
  /** Containers whose file some operation closes; pages of some are pinned by mediated devices. */
  readonly closing: ReadonlySet<number>;
  readonly pinning: boolean;
  /** Some operation looks addresses up, while others may change them. */
  readonly lookups: boolean;
}

export interface Leaf {
  readonly iova: number;
  readonly size: number;
  readonly pa: number;
  readonly prot: number;
}

/** A map or unmap between its checks and its result: who looks up meanwhile may see either. */
export interface Underway {
  readonly iova: number;
  readonly end: number;
  /** What a map puts there; null: an unmap. */
  readonly pa: number | null;
}

export interface Domain {
  readonly type: DomainType;
  /** The instance it was allocated for. */
  readonly iommu: number;
  /** virtio, quirk lateFinalise: it is of no instance yet. */
  readonly isOpen: boolean;
  readonly driver: DriverKind;
  readonly life: TableNode;
  readonly cookie: TableNode;
  readonly coherency: TableNode;
  readonly dirty: TableNode;
  /** By address, disjoint; null: something was done of which no rule says what comes of it. */
  readonly leaves: readonly Leaf[] | null;
  /** Translations are known, how they are cut into leaves is not. */
  readonly vague: boolean;
  readonly everMapped: boolean;
  /** MSI cookie: where the next doorbell page goes, and those that are there. */
  readonly msiNext: number;
  readonly msiPages: readonly number[];
  /** Ranges whose dirty log is on. */
  readonly tracked: readonly (readonly [iova: number, size: number])[];
  readonly underway: readonly Underway[];
}

export interface Claim {
  readonly owner: number;
  readonly byGroup: number;
  readonly byDevice: number;
}

/** A domain as a group sees it: its default or blocking one, or one in a client's slot. */
export type Ref = 'default' | 'blocking' | number;

export interface Group {
  readonly ownership: TableNode;
  readonly translation: TableNode;
  /** 0: nobody. */
  readonly owner: number;
  readonly domain: Ref | null;
  /** Type of the default domain; null: there is none. */
  readonly standard: DomainType | null;
  /** The blocking domain was made. */
  readonly blocking: boolean;
  /** Devices in it, in the order of the list. */
  readonly devices: readonly number[];
  /** Devices that know it as theirs: also one that is being added. */
  readonly members: readonly number[];
  /** Devices with a driver that uses the DMA API. */
  readonly bound: readonly number[];
  /** What owners remember to have claimed: they give back no more. */
  readonly claims: readonly Claim[];
  /** pasid_array. */
  readonly pasids: readonly (readonly [pasid: number, slot: number])[];
}

/** A VFIO container: its driver, and the intervals that are mapped; null: not known. */
export interface Container {
  readonly node: TableNode;
  readonly dmas: readonly (readonly [iova: number, size: number])[] | null;
}

export interface Area {
  readonly iova: number;
  readonly size: number;
  readonly node: TableNode;
}

/** An IOAS by its name; areas by address, null: not known. */
export interface Ioas {
  readonly isThere: boolean;
  readonly areas: readonly Area[] | null;
}

export interface IommuModelState {
  /** Canonical: equal if and only if the states are the same. */
  readonly key: string;
  readonly world: World;
  readonly slots: readonly (Domain | null)[];
  readonly groups: readonly Group[];
  readonly containers: readonly Container[];
  readonly ioases: readonly Ioas[];
  /** iommu_probe_device_lock is held. */
  readonly probing: boolean;
}

const keys = new WeakMap<object, string>();

function keyOf<T extends object>(part: T, make: (part: T) => string): string {
  let key = keys.get(part);
  if (key === undefined) keys.set(part, (key = make(part)));
  return key;
}

const leafText = ({ iova, size, pa, prot }: Leaf) =>
  `${iova.toString(36)}+${size.toString(36)}>${pa.toString(36)}/${prot}`;

const domainText = (d: Domain) =>
  `${d.type}@${d.iommu}${d.isOpen ? '?' : ''} ` +
  `${d.life.key} ${d.cookie.key} ${d.coherency.key} ${d.dirty.key} ` +
  `${d.vague ? '~' : ''}${d.everMapped ? 'm' : ''}` +
  `(${d.msiNext}:${d.msiPages.join()})` +
  d.tracked.map((r) => `[${r.join('+')}]`).join('') +
  `{${d.leaves === null ? '?' : d.leaves.map(leafText).join()}}` +
  d.underway.map((u) => `<${u.iova}-${u.end}=${u.pa ?? ''}>`).join('');

const groupText = (g: Group) =>
  `${g.ownership.key} ${g.translation.key} ${g.owner} ${g.domain ?? '-'} ${g.standard ?? '-'} ` +
  `${g.blocking ? 'b' : ''}[${g.devices.join()}/${g.members.join()}/${g.bound.join()}]` +
  `[${g.pasids.map((p) => p.join('=')).join()}]` +
  g.claims.map((c) => `${c.owner}:${c.byGroup}+${c.byDevice}`).join();

const containerText = ({ node, dmas }: Container) =>
  `${node.key}${dmas === null ? '?' : dmas.map((d) => d.join('+')).join()}`;

const ioasText = ({ isThere, areas }: Ioas) =>
  isThere ? `{${areas?.map((a) => `${a.iova}+${a.size}${a.node.key}`).join() ?? '?'}}` : '-';

export const domainKey = (d: Domain): string => keyOf(d, domainText);

type Parts = Omit<IommuModelState, 'key'>;

class StateData implements IommuModelState {
  readonly world: World;
  readonly slots: readonly (Domain | null)[];
  readonly groups: readonly Group[];
  readonly containers: readonly Container[];
  readonly ioases: readonly Ioas[];
  readonly probing: boolean;
  #key: string | undefined;

  constructor(parts: Parts) {
    this.world = parts.world;
    this.slots = parts.slots;
    this.groups = parts.groups;
    this.containers = parts.containers;
    this.ioases = parts.ioases;
    this.probing = parts.probing;
  }

  get key(): string {
    if (this.#key === undefined) {
      const parts = [
        this.slots.map((d) => (d === null ? '-' : domainKey(d))),
        this.groups.map((g) => keyOf(g, groupText)),
        this.containers.map((c) => keyOf(c, containerText)),
        this.ioases.map((i) => keyOf(i, ioasText)),
      ];
      this.#key = parts.map((part) => part.join('|')).join(' ') + (this.probing ? ' P' : '');
    }
    return this.#key;
  }
}

export const stateOf = (parts: Parts): IommuModelState => new StateData(parts);
