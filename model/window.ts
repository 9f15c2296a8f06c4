// The machine of one window slot of a container, with CREATE's and REMOVE's checks in kernel order
// (spec §2, §5). The facts a check looks at come with the event; sizes and tables are the oracle's.
import { setup } from 'xstate';
import { always, answerAction, effectAction, ok, refuse } from './answer.ts';
import { EINVAL, ENOMEM, ENOSPC, ENXIO } from './errno.ts';

/** What CREATE finds, or the first thing that is wrong with it. */
export type CreateFinding = 'fine' | 'pageSizeUnsupported' | 'tableSizeZero' | 'overLimit';

export type WindowEvent =
  | { readonly type: 'CREATE'; readonly finding: CreateFinding }
  | { readonly type: 'ADOPT' | 'LOOKUP' | 'REMOVE' };

const create = (finding: CreateFinding): WindowEvent => Object.freeze({ type: 'CREATE', finding });
const event = (type: 'ADOPT' | 'LOOKUP' | 'REMOVE'): WindowEvent => Object.freeze({ type });

export const windowEvents = {
  create: {
    fine: create('fine'),
    pageSizeUnsupported: create('pageSizeUnsupported'),
    tableSizeZero: create('tableSizeZero'),
    overLimit: create('overLimit'),
  },
  /** A legacy group brings its table. */
  adopt: event('ADOPT'),
  /** MAP and UNMAP look for the window of an IOVA. */
  lookup: event('LOOKUP'),
  remove: event('REMOVE'),
} as const;

export const windowAlphabet: readonly WindowEvent[] = [
  ...Object.values(windowEvents.create),
  windowEvents.adopt,
  windowEvents.lookup,
  windowEvents.remove,
];

const finds = (finding: CreateFinding) => (args: { readonly event: WindowEvent }) =>
  args.event.type === 'CREATE' && args.event.finding === finding;

export const windowMachine = setup({
  types: { events: {} as WindowEvent },
  guards: {
    pageSizeUnsupported: finds('pageSizeUnsupported'),
    tableSizeZero: finds('tableSizeZero'),
    overLimit: finds('overLimit'),
  },
  actions: { answer: answerAction, clearEntries: effectAction, uncharge: effectAction },
}).createMachine({
  id: 'window',
  initial: 'absent',
  states: {
    absent: {
      on: {
        CREATE: [
          refuse('pageSizeUnsupported', EINVAL),
          refuse('tableSizeZero', EINVAL),
          refuse('overLimit', ENOMEM),
          { target: 'present', actions: [ok] },
        ],
        ADOPT: { target: 'present', actions: [ok] },
        LOOKUP: always(ENXIO),
        REMOVE: always(EINVAL),
      },
    },
    present: {
      on: {
        CREATE: always(ENOSPC),
        LOOKUP: always(0),
        REMOVE: { target: 'absent', actions: ['clearEntries', 'uncharge', ok] },
      },
    },
  },
});
