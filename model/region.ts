// The machine of one registered memory region of a process: who uses it, how many TCEs point into
// it, and when it may go. Spec: spapr-tce-v2.md §7. Charges and pins are the oracle's business.
import { assign, setup } from 'xstate';
import { always, answerAction, effectAction, ok, refuse } from './answer.ts';
import { EBUSY, EINVAL, ENOENT, ENXIO } from './errno.ts';

/**
 * `used`: containers that registered it. `mapped`: live TCEs, without the kernel's offset of one
 * (kernel 1 is 0 here, kernel 0 is the state `draining`).
 */
export interface RegionContext {
  readonly used: number;
  readonly mapped: number;
}

/** PUT is what closing a container does: unlike UNREGISTER it cannot be refused. */
export type RegionEvent = {
  readonly type: 'REGISTER' | 'UNREGISTER' | 'PUT' | 'RELEASED' | 'MAP_ENTRY' | 'UNMAP_ENTRY';
};

const event = (type: RegionEvent['type']): RegionEvent => Object.freeze({ type });
export const regionEvents = {
  register: event('REGISTER'),
  unregister: event('UNREGISTER'),
  put: event('PUT'),
  released: event('RELEASED'),
  mapEntry: event('MAP_ENTRY'),
  unmapEntry: event('UNMAP_ENTRY'),
} as const;

export const regionMachine = setup({
  types: { context: {} as RegionContext, events: {} as RegionEvent },
  guards: {
    usedElsewhere: ({ context }) => context.used > 1,
    entriesLive: ({ context }) => context.mapped > 0,
    lastEntry: ({ context }) => context.mapped === 1,
    noEntries: ({ context }) => context.mapped === 0,
  },
  actions: {
    answer: answerAction,
    release: effectAction,
    use: assign({ used: ({ context }) => context.used + 1 }),
    unuse: assign({ used: ({ context }) => context.used - 1 }),
    incMapped: assign({ mapped: ({ context }) => context.mapped + 1 }),
    decMapped: assign({ mapped: ({ context }) => context.mapped - 1 }),
  },
}).createMachine({
  id: 'region',
  context: { used: 0, mapped: 0 },
  initial: 'unregistered',
  states: {
    unregistered: {
      on: {
        REGISTER: { target: 'registered', actions: ['use', ok] },
        UNREGISTER: always(ENOENT),
        MAP_ENTRY: always(EINVAL),
      },
    },
    registered: {
      on: {
        REGISTER: { actions: ['use', ok] },
        UNREGISTER: [
          { guard: 'usedElsewhere', actions: ['unuse', ok] },
          refuse('entriesLive', EBUSY),
          { target: 'draining', actions: ['unuse', ok] },
        ],
        PUT: [
          { guard: 'usedElsewhere', actions: ['unuse', ok] },
          { guard: 'entriesLive', target: 'orphaned', actions: ['unuse', ok] },
          { target: 'draining', actions: ['unuse', ok] },
        ],
        MAP_ENTRY: { actions: ['incMapped', ok] },
        UNMAP_ENTRY: [refuse('noEntries', 0), { actions: ['decMapped', ok] }],
      },
    },
    // The cmpxchg mapped 1 -> 0 of its last put (UNREGISTER, close, or the last TCE of an orphan)
    // happened; the region is still in the list.
    draining: {
      on: {
        REGISTER: always(EBUSY),
        UNREGISTER: always(ENOENT),
        RELEASED: { target: 'unregistered', actions: ['release', ok] },
        MAP_ENTRY: always(ENXIO),
      },
    },
    // Its last container closed while another container of the process has TCEs pointing into it
    // (spec §13, R6): it is still listed, and goes with the last of them.
    orphaned: {
      on: {
        REGISTER: { target: 'registered', actions: ['use', ok] },
        UNREGISTER: always(ENOENT),
        MAP_ENTRY: { actions: ['incMapped', ok] },
        UNMAP_ENTRY: [
          { guard: 'lastEntry', target: 'draining', actions: ['decMapped', ok] },
          { actions: ['decMapped', ok] },
        ],
      },
    },
  },
});
