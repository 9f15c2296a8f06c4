// The public entry of the IOMMU stack's specification: the machines, for documents and tests, and the
// oracle that is composed of them.
import type { AnyStateMachine } from 'xstate';
import { areaMachine } from './area.ts';
import { blockMachine } from './block.ts';
import { coherencyMachine } from './coherency.ts';
import { cookieMachine } from './cookie.ts';
import { dirtyMachine } from './dirty.ts';
import { domainMachine } from './domain.ts';
import { endpointMachine } from './endpoint.ts';
import { ownershipMachine } from './ownership.ts';
import { translationMachine } from './translation.ts';
import { type1Machine } from './type1.ts';

export { inert, isOf, opaque, type Subject, subjectOf } from './anything.ts';
export {
  type AnyOp,
  iommuOracle,
  type IommuOracle,
  type IommuPending,
  type IommuSuccessor,
  isKnown,
} from './oracle.ts';
export { type IommuQuirks, noIommuQuirks } from './quirks.ts';
export type { Done } from './run.ts';
export type { Area, Container, Domain, Group, Ioas, IommuModelState, Leaf } from './state.ts';
export type { KnownOpName } from './vocabulary.ts';

/** Titles and machines, in the order of the documents. */
export const iommuMachines: readonly (readonly [title: string, machine: AnyStateMachine])[] = [
  ['Domain', domainMachine],
  ['Translation of a group', translationMachine],
  ['DMA ownership of a group', ownershipMachine],
  ['Block of addresses', blockMachine],
  ['Cookie', cookieMachine],
  ['Dirty log', dirtyMachine],
  ['Coherency', coherencyMachine],
  ['virtio-iommu endpoint', endpointMachine],
  ['VFIO container with type1', type1Machine],
  ['Area of an IOAS', areaMachine],
];
