// The compiled tables of the IOMMU stack's machines, made once.
import { compile } from '../compile.ts';
import { areaAlphabet, type AreaEvent, areaEvents, areaMachine } from './area.ts';
import { blockAlphabet, type BlockEvent, blockEvents, blockMachine } from './block.ts';
import {
  coherencyAlphabet,
  type CoherencyEvent,
  coherencyEvents,
  coherencyMachine,
} from './coherency.ts';
import { type CookieEvent, cookieEvents, cookieMachine } from './cookie.ts';
import { dirtyAlphabet, type DirtyEvent, dirtyEvents, dirtyMachine } from './dirty.ts';
import { type DomainEvent, domainEvents, domainMachine } from './domain.ts';
import {
  endpointAlphabet,
  type EndpointEvent,
  endpointEvents,
  endpointMachine,
} from './endpoint.ts';
import { ownershipAlphabet, type OwnershipEvent, ownershipMachine } from './ownership.ts';
import {
  translationAlphabet,
  type TranslationEvent,
  translationEvents,
  translationMachine,
} from './translation.ts';
import { type1Alphabet, type Type1Event, type1Events, type1Machine } from './type1.ts';

export const areaTable = compile<AreaEvent>(areaMachine, areaAlphabet);
export const type1Table = compile<Type1Event>(type1Machine, type1Alphabet);
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

const ownershipEvents = new Map(ownershipAlphabet.map((event) => [JSON.stringify(event), event]));

/** The alphabet's own event: an event carries facts of the moment. */
export function ownershipEvent(wanted: OwnershipEvent): OwnershipEvent {
  const event = ownershipEvents.get(JSON.stringify(wanted));
  if (event === undefined) throw new Error(`model: no ownership event ${JSON.stringify(wanted)}`);
  return event;
}

export {
  areaEvents,
  blockEvents,
  coherencyEvents,
  cookieEvents,
  dirtyEvents,
  domainEvents,
  endpointEvents,
  translationEvents,
  type1Events,
};
