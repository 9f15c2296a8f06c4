// The compiled tables of the IOMMU stack's machines, made once.
import { compile } from '../compile.ts';
import { blockAlphabet, type BlockEvent, blockEvents, blockMachine } from './block.ts';
import { coherencyAlphabet, type CoherencyEvent, coherencyMachine } from './coherency.ts';
import { type CookieEvent, cookieEvents, cookieMachine } from './cookie.ts';
import { dirtyAlphabet, type DirtyEvent, dirtyMachine } from './dirty.ts';
import { type DomainEvent, domainEvents, domainMachine } from './domain.ts';
import { endpointAlphabet, type EndpointEvent, endpointMachine } from './endpoint.ts';
import { ownershipAlphabet, type OwnershipEvent, ownershipMachine } from './ownership.ts';
import {
  translationAlphabet,
  type TranslationEvent,
  translationEvents,
  translationMachine,
} from './translation.ts';

export const domainTable = compile<DomainEvent>(domainMachine, Object.values(domainEvents));
export const ownershipTable = compile<OwnershipEvent>(ownershipMachine, ownershipAlphabet);
export const translationTable = compile<TranslationEvent>(translationMachine, translationAlphabet);
export const blockTable = compile<BlockEvent>(blockMachine, blockAlphabet);
export const cookieTable = compile<CookieEvent>(cookieMachine, Object.values(cookieEvents));
export const dirtyTable = compile<DirtyEvent>(dirtyMachine, dirtyAlphabet);
export const coherencyTable = compile<CoherencyEvent>(coherencyMachine, coherencyAlphabet);
export const endpointTable = compile<EndpointEvent>(endpointMachine, endpointAlphabet);

/** The four ways in which a block can be found. */
const absent = blockTable.root();
export const blockNodes = {
  absent,
  leaf: blockTable.step(absent, blockEvents.map.refuse).node,
  divided: blockTable.step(absent, blockEvents.partMapped).node,
  covered: blockTable.step(absent, blockEvents.wholeMapped).node,
} as const;

export {
  blockEvents,
  coherencyAlphabet,
  cookieEvents,
  domainEvents,
  endpointAlphabet,
  ownershipAlphabet,
  translationEvents,
};
