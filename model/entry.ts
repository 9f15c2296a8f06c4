// The machine of one TCE of a window. Mapping over a live entry is legal: it replaces the entry and
// gives back the old page (spec §7, "TCE build v2"). Which page it is belongs to the oracle.
import { setup } from 'xstate';
import { answerAction, effectAction, ok } from './answer.ts';

export type EntryEvent = { readonly type: 'MAP' | 'CLEAR' };

const event = (type: EntryEvent['type']): EntryEvent => Object.freeze({ type });
export const entryEvents = { map: event('MAP'), clear: event('CLEAR') } as const;

export const entryMachine = setup({
  types: { events: {} as EntryEvent },
  actions: { answer: answerAction, putOldPage: effectAction },
}).createMachine({
  id: 'entry',
  initial: 'clear',
  states: {
    clear: {
      on: {
        MAP: { target: 'mapped', actions: [ok] },
        CLEAR: { actions: [ok] },
      },
    },
    mapped: {
      on: {
        MAP: { actions: ['putOldPage', ok] },
        CLEAR: { target: 'clear', actions: ['putOldPage', ok] },
      },
    },
  },
});
