// What must hold of the machines of VFIO SPAPR registration, each looked at alone. Counters grow without
// end, so some are bounded: of those, "holds" is never said.
import { type AnyModel, always, alwaysStep, canAlways, leadsTo } from './check/index.ts';
import { containerAlphabet } from './container-events.ts';
import { containerMachine } from './container.ts';
import { entryEvents, entryMachine } from './entry.ts';
import { specified } from './refusal.ts';
import { regionEvents, regionMachine } from './region.ts';
import { windowAlphabet, windowMachine } from './window.ts';

const region = specified(regionMachine, {
  events: Object.values(regionEvents),
  boundary: ({ context }) => context.used <= 3 && context.mapped <= 4,
  properties: [
    canAlways('it can always be released', 'unregistered'),
    always(
      'used counts while it is registered',
      ({ value, context }) => (value === 'registered') === context.used > 0,
    ),
    always(
      'what is unregistered or draining has no entries',
      ({ value, context }) =>
        (value !== 'unregistered' && value !== 'draining') || context.mapped === 0,
    ),
    leadsTo('a draining region goes', 'draining', 'unregistered', ['RELEASED']),
  ],
});

const container = specified(containerMachine, {
  inputs: [{ version: 1 }, { version: 2 }],
  events: containerAlphabet,
  boundary: ({ context }) => context.groups <= 2,
  properties: [
    canAlways('it can always be closed', 'closed'),
    always(
      'an enabled container has an mm',
      ({ value, context }) => value !== 'enabled' || context.mmSet,
    ),
    alwaysStep(
      'a v2 container stays enabled until it is closed',
      ({ before, after, event }) =>
        before.value !== 'enabled' ||
        before.context.version !== 2 ||
        after.value === 'enabled' ||
        event.type === 'CLOSE',
    ),
    leadsTo('what is enabled is closed in the end', 'enabled', 'closed', ['CLOSE']),
  ],
});

const window = specified(windowMachine, {
  events: windowAlphabet,
  properties: [
    canAlways('it can always be removed', 'absent'),
    leadsTo('a removed window goes', 'present', 'absent', ['REMOVE']),
  ],
});

const entry = specified(entryMachine, {
  events: Object.values(entryEvents),
  properties: [
    canAlways('it can always be cleared', 'clear'),
    leadsTo('a cleared entry goes', 'mapped', 'clear', ['CLEAR']),
    alwaysStep(
      'the old page is put whenever there was one',
      ({ before, actions }) =>
        (before.value === 'mapped') === actions.some(({ type }) => type === 'putOldPage'),
    ),
  ],
});

export const spaprModels: Readonly<Record<string, AnyModel>> = { region, container, window, entry };
