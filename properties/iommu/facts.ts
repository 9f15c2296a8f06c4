// The engine's state and the machines' in the same words, fact by fact, so that they can be compared
// when nothing is in flight. A fact that the machines leave open is null on their side.

import {
  Ioas,
  type IommuDomain,
  type IommuGroup,
  type IommuWorld,
  Leaf,
  PageTable,
  ViommuDomain,
} from '../../engine/iommu/index.ts';
import { hex } from '../../engine/index.ts';
import type {
  Container,
  Domain,
  Group,
  Ioas as ModelIoas,
  IommuModelState,
  Leaf as ModelLeaf,
  Subject,
} from '../../model/iommu/index.ts';

/** IOMMU_READ and IOMMU_WRITE: what of a leaf's protection every driver keeps. */
const readWrite = 3;

/** A leaf as both sides know it. */
interface Piece {
  readonly iova: number;
  readonly size: number;
  readonly pa: number;
  readonly prot: number;
}

/** One line a fact. `slots`: those that the program names. */
export function engineFacts(
  world: IommuWorld,
  subject: Subject,
  slots: readonly number[],
): readonly string[] {
  if (subject === 'type1') return world.vfio.containers.map(containerFact);
  if (subject === 'ioas') return slots.map((slot) => ioasFact(world, slot));
  const held = slots.map((slot) => world.slots.domain(slot).stored);
  return [
    ...world.groups.flatMap((group) => groupFacts(group, held, slots)),
    ...slots.flatMap((slot, at) => domainFacts(slot, held[at] ?? null)),
  ];
}

function groupFacts(
  group: IommuGroup,
  held: readonly (IommuDomain | null)[],
  slots: readonly number[],
): string[] {
  const owner = group.owner.stored;
  const { stored: domain } = group.domain;
  const slot = slots[held.indexOf(domain)];
  const name =
    domain === null
      ? 'none'
      : domain === group.defaultDomain.stored
        ? 'default'
        : domain === group.blockingDomain.stored
          ? 'blocking'
          : slot === undefined
            ? 'unknown'
            : `domain ${slot}`;
  return [
    `owner of ${group.name}: ${ownerText(owner, group.ownerCnt.stored)}`,
    `${group.name} through ${name}`,
  ];
}

const ownerText = (owner: number, count: number) => `${owner === 0 ? 'none' : owner} (${count})`;

function domainFacts(slot: number, domain: IommuDomain | null): string[] {
  if (domain === null) return absentFacts(slot);
  const pieces = piecesOf(domain);
  return [
    `domain ${slot} ${domain.type}`,
    `cookie of domain ${slot}: ${domain.cookieType.stored}`,
    `leaves of domain ${slot}: ${pieces.map(pieceText).join(' ')}`,
    `translation of domain ${slot}: ${joined(pieces).map(pieceText).join(' ')}`,
    `snooping of domain ${slot}: ${domain.forceSnooping.stored ? 'forced' : 'free'}`,
    `dirty log of domain ${slot}: ${domain.dirtyTracking.stored ? 'on' : 'off'}`,
  ];
}

const absentFacts = (slot: number) => [
  `domain ${slot} absent`,
  ...['cookie', 'leaves', 'translation', 'snooping', 'dirty log'].map(
    (what) => `${what} of domain ${slot}: none`,
  ),
];

function piecesOf(domain: IommuDomain): Piece[] {
  // An identity domain may be made of mappings: how is its driver's business.
  if (domain.type === 'identity') return [];
  if (domain instanceof ViommuDomain)
    return domain.mappings.stored.all.map(({ start, last, phys, flags }) => ({
      iova: start,
      size: last - start + 1,
      pa: phys,
      prot: flags & readWrite,
    }));
  const pieces: Piece[] = [];
  const root = domain.root.stored;
  if (root !== null) gather(root, pieces);
  return pieces;
}

function gather(table: PageTable, pieces: Piece[]): void {
  for (const index of table.touched()) {
    const entry = table.at(index).stored;
    if (entry instanceof PageTable) gather(entry, pieces);
    else if (entry instanceof Leaf)
      pieces.push({
        iova: table.iova + index * entry.size,
        size: entry.size,
        pa: entry.pa,
        prot: entry.prot & readWrite,
      });
  }
}

/** Pieces that translate on where the one before ends are one. */
function joined(pieces: readonly Piece[]): Piece[] {
  const whole: Piece[] = [];
  for (const piece of pieces) {
    const last = whole.at(-1);
    if (
      last !== undefined &&
      last.iova + last.size === piece.iova &&
      last.pa + last.size === piece.pa &&
      last.prot === piece.prot
    )
      whole[whole.length - 1] = { ...last, size: last.size + piece.size };
    else whole.push(piece);
  }
  return whole;
}

const pieceText = ({ iova, size, pa, prot }: Piece) =>
  `${hex(iova)}+${hex(size)}→${hex(pa)}/${prot}`;

const known = new WeakMap<IommuModelState, readonly (string | null)[]>();

/** The same facts of the machines; null: any. */
export function modelFacts(
  state: IommuModelState,
  subject: Subject,
  slots: readonly number[],
): readonly (string | null)[] {
  let facts = known.get(state);
  if (facts === undefined) {
    facts =
      subject === 'type1'
        ? state.containers.map(modelContainer)
        : subject === 'ioas'
          ? slots.map((slot) => modelIoas(slot, state.ioases[slot]))
          : readModel(state, slots);
    known.set(state, facts);
  }
  return facts;
}

type Interval = readonly [iova: number, size: number];

const intervalsText = (index: number, driver: boolean, dmas: readonly Interval[]): string =>
  `mappings of container ${index}: ` +
  (driver ? dmas.map(([iova, size]) => `${hex(iova)}+${hex(size)}`).join(' ') : 'no driver');

function containerFact({ index, iommuData }: IommuWorld['vfio']['containers'][number]): string {
  const iommu = iommuData.stored;
  const dmas = iommu?.dmaList.stored.items ?? [];
  return intervalsText(
    index,
    iommu !== null,
    dmas.map((d) => [d.iova, d.size]),
  );
}

const areasText = (slot: number, areas: readonly Interval[] | null): string =>
  `areas of ioas ${slot}: ` +
  (areas?.map(([iova, size]) => `${hex(iova)}+${hex(size)}`).join(' ') ?? 'none');

function ioasFact(world: IommuWorld, slot: number): string {
  const ioas = world.iommufd.ictx.object('ioas', slot).stored;
  if (!(ioas instanceof Ioas)) return areasText(slot, null);
  const areas = [...ioas.iopt.areas.stored.members].sort((a, b) => a.iova - b.iova);
  return areasText(
    slot,
    // Of last addresses beyond 2^53 the low bits are not exact.
    areas.map(({ iova, length }) => [iova, iova < 2 ** 53 ? length : length - (length % 0x1000)]),
  );
}

function modelIoas(slot: number, ioas: ModelIoas | undefined): string | null {
  if (ioas === undefined || !ioas.isThere) return areasText(slot, null);
  if (ioas.areas === null) return null;
  return areasText(
    slot,
    ioas.areas.map((a) => [a.iova, a.size]),
  );
}

const modelContainer = ({ node, dmas }: Container, index: number): string | null =>
  dmas === null ? null : intervalsText(index, node.value !== 'bare', dmas);

function readModel(state: IommuModelState, slots: readonly number[]): (string | null)[] {
  return [
    ...state.groups.flatMap((group, index) => modelGroup(state, group, index)),
    ...slots.flatMap((slot) => modelDomain(state, slot, state.slots[slot] ?? null)),
  ];
}

function modelGroup({ slots }: IommuModelState, group: Group, index: number): (string | null)[] {
  const { count } = group.ownership.context as { readonly count: number };
  const { domain } = group;
  // Static domains are in several places at once.
  const type = typeof domain === 'number' ? slots[domain]?.type : undefined;
  const isStatic = type === 'identity' || type === 'blocked';
  const through = typeof domain === 'number' ? `domain ${domain}` : (domain ?? 'none');
  return [
    `owner of group${index}: ${ownerText(group.owner, count)}`,
    isStatic ? null : `group${index} through ${through}`,
  ];
}

function modelDomain(
  { world }: IommuModelState,
  slot: number,
  domain: Domain | null,
): (string | null)[] {
  if (domain === null) return absentFacts(slot);
  const { leaves, vague, cookie, coherency, dirty } = domain;
  const pieces = leaves?.map((l: ModelLeaf) => ({ ...l, prot: l.prot & readWrite })) ?? null;
  const text = (list: readonly Piece[]) => list.map(pieceText).join(' ');
  return [
    `domain ${slot} ${domain.type}`,
    world.quirks.handlerIsNoCookie ? null : `cookie of domain ${slot}: ${cookie.value}`,
    pieces === null || vague ? null : `leaves of domain ${slot}: ${text(pieces)}`,
    pieces === null ? null : `translation of domain ${slot}: ${text(joined(pieces))}`,
    `snooping of domain ${slot}: ${coherency.value === 'forced' ? 'forced' : 'free'}`,
    `dirty log of domain ${slot}: ${dirty.value}`,
  ];
}
