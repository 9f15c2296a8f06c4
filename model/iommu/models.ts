// What must hold of the machines of the IOMMU stack that count or are owned, each looked at alone, and of a
// domain on a host with two groups. Those of requests and translations are in request-models.ts.
import { createMachine } from 'xstate';
import { type AnyModel, always, alwaysStep, canAlways, eventually } from '../check/index.ts';
import { productOf } from '../check/index.ts';
import { specified } from '../refusal.ts';
import { cookieEvents, cookieMachine } from './cookie.ts';
import { dirtyAlphabet, dirtyMachine } from './dirty.ts';
import { domainEvents, domainMachine } from './domain.ts';
import { ownershipAlphabet, ownershipMachine } from './ownership.ts';

const domain = specified(domainMachine, {
  events: Object.values(domainEvents),
  boundary: ({ context }) => context.groups <= 2,
  properties: [
    canAlways('it can always be freed', 'absent'),
    always(
      'it is in use while groups are attached',
      ({ value, context }) => (value === 'inUse') === context.groups > 0,
    ),
  ],
});

/** How many of a host's two groups are attached: what bounds a domain's count. */
const groupsMachine = createMachine({
  id: 'groups',
  initial: 'none',
  states: {
    none: { on: { ATTACHED: 'one' } },
    one: { on: { ATTACHED: 'both', DETACHED: 'none' } },
    both: { on: { DETACHED: 'one' } },
  },
});

const host = productOf(
  {
    domain: { machine: domainMachine, events: Object.values(domainEvents) },
    groups: { machine: groupsMachine },
  },
  {
    sync: ['ATTACHED', 'DETACHED'],
    properties: [
      canAlways('it can always be freed', 'domain.absent'),
      always(
        'it is in use while a group is attached',
        ({ domain, groups }) => (domain.value === 'inUse') === (groups.value !== 'none'),
      ),
    ],
  },
);

const ownership = specified(ownershipMachine, {
  events: ownershipAlphabet,
  boundary: ({ context }) => context.count <= 2,
  properties: [
    canAlways('the group can always be given back', 'unowned'),
    always(
      'owner_cnt counts while somebody uses or owns the group',
      ({ value, context }) => (value !== 'unowned') === context.count > 0,
    ),
    alwaysStep(
      'drivers and an owner never follow each other directly',
      ({ before, after }) =>
        before.value === 'unowned' || after.value === 'unowned' || before.value === after.value,
    ),
  ],
});

const cookie = specified(cookieMachine, {
  inputs: (['unmanaged', 'dma', 'identity', 'fixed', 'nested', 'sva'] as const).map((type) => ({
    domain: type,
  })),
  events: Object.values(cookieEvents),
  properties: [
    canAlways('the domain can always be freed', 'freed'),
    eventually('every domain is freed in the end', 'freed', ['FREE']),
    always(
      'only unmanaged domains have an MSI cookie',
      ({ value, context }) => value !== 'dmaMsi' || context.domain === 'unmanaged',
    ),
    always(
      'only SVA domains have an mm',
      ({ value, context }) => value !== 'sva' || context.domain === 'sva',
    ),
  ],
});

const dirtyLog = specified(dirtyMachine, {
  events: dirtyAlphabet,
  boundary: ({ context }) => context.ranges <= 2,
  properties: [
    canAlways('it can always be switched off', 'off'),
    always('on while ranges are', ({ value, context }) => (value === 'on') === context.ranges > 0),
  ],
});

export const countingModels: Readonly<Record<string, AnyModel>> = {
  domain,
  'domain-of-two-groups': host,
  ownership,
  cookie,
  'dirty-log': dirtyLog,
};
