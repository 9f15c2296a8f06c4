// The machine of the cookie of one domain, era E3 of spec/cookies.md §9: one tag, set once. What a
// cookie is made of (pages, allocators) is not here.
import { setup } from 'xstate';
import { always, answerAction, effectAction, ok, refuse } from '../answer.ts';
import { EEXIST, EINVAL, EOPNOTSUPP } from '../errno.ts';

/** What the table's rows tell apart of domain->type; `fixed`: BLOCKED and PLATFORM. */
export type CookieDomain = 'unmanaged' | 'dma' | 'identity' | 'fixed' | 'nested' | 'sva';

export interface CookieContext {
  readonly domain: CookieDomain;
}

export type CookieEventType =
  | 'GET_DMA'
  | 'GET_MSI'
  | 'SET_FAULT'
  | 'IOMMUFD_TAG'
  | 'SVA_ALLOC'
  | 'PREPARE_MSI'
  | 'PUT'
  | 'FREE';

export interface CookieEvent {
  readonly type: CookieEventType;
}

const event = (type: CookieEventType): CookieEvent => Object.freeze({ type });

export const cookieEvents = {
  getDma: event('GET_DMA'),
  getMsi: event('GET_MSI'),
  setFault: event('SET_FAULT'),
  iommufdTag: event('IOMMUFD_TAG'),
  svaAlloc: event('SVA_ALLOC'),
  prepareMsi: event('PREPARE_MSI'),
  put: event('PUT'),
  free: event('FREE'),
} as const;

/** get_msi_cookie looks at the type first: a DMA domain with a cookie yields -EINVAL (§9). */
const getMsiTagged = [refuse('notUnmanaged', EINVAL), always(EEXIST)];

/** set_fault_handler has no result: it warns and changes nothing. */
const warn = { actions: ['warn' as const, ok] };

/** A plain store without a test; in the tree nothing can have a cookie by then (§9). */
const overwrite = { target: 'iommufd' as const, actions: ['overwrite' as const, ok] };

export const cookieMachine = setup({
  types: {
    context: {} as CookieContext,
    events: {} as CookieEvent,
    input: {} as { readonly domain: CookieDomain },
  },
  guards: {
    notUnmanaged: ({ context }) => context.domain !== 'unmanaged',
    identity: ({ context }) => context.domain === 'identity',
    notSva: ({ context }) => context.domain !== 'sva',
  },
  actions: {
    answer: answerAction,
    warn: effectAction,
    overwrite: effectAction,
    pageOfRange: effectAction,
    pageOfBump: effectAction,
    pageOfIoas: effectAction,
    putDma: effectAction,
    putMsi: effectAction,
    dropMm: effectAction,
  },
}).createMachine({
  id: 'cookie',
  context: ({ input }) => ({ domain: input.domain }),
  initial: 'none',
  states: {
    none: {
      on: {
        GET_DMA: { target: 'dmaIova', actions: [ok] },
        GET_MSI: [refuse('notUnmanaged', EINVAL), { target: 'dmaMsi', actions: [ok] }],
        SET_FAULT: { target: 'faultHandler', actions: [ok] },
        IOMMUFD_TAG: { target: 'iommufd', actions: [ok] },
        SVA_ALLOC: [refuse('notSva', EINVAL), { target: 'sva', actions: [ok] }],
        PREPARE_MSI: [refuse('identity', 0), always(EOPNOTSUPP)],
        PUT: always(0),
        FREE: { target: 'freed', actions: [ok] },
      },
    },
    dmaIova: {
      on: {
        GET_DMA: always(EEXIST),
        GET_MSI: getMsiTagged,
        SET_FAULT: warn,
        IOMMUFD_TAG: overwrite,
        SVA_ALLOC: always(EINVAL),
        PREPARE_MSI: { actions: ['pageOfRange', ok] },
        PUT: { target: 'none', actions: ['putDma', ok] },
        FREE: { target: 'freed', actions: ['putDma', ok] },
      },
    },
    dmaMsi: {
      on: {
        GET_DMA: always(EEXIST),
        GET_MSI: always(EEXIST),
        SET_FAULT: warn,
        IOMMUFD_TAG: overwrite,
        SVA_ALLOC: always(EINVAL),
        PREPARE_MSI: { actions: ['pageOfBump', ok] },
        PUT: { target: 'none', actions: ['putMsi', ok] },
        FREE: { target: 'freed', actions: ['putMsi', ok] },
      },
    },
    iommufd: {
      on: {
        GET_DMA: always(EEXIST),
        GET_MSI: getMsiTagged,
        SET_FAULT: warn,
        IOMMUFD_TAG: always(0),
        SVA_ALLOC: always(EINVAL),
        PREPARE_MSI: { actions: ['pageOfIoas', ok] },
        PUT: always(0),
        FREE: { target: 'freed', actions: [ok] },
      },
    },
    faultHandler: {
      on: {
        GET_DMA: always(EEXIST),
        GET_MSI: getMsiTagged,
        SET_FAULT: warn,
        IOMMUFD_TAG: overwrite,
        SVA_ALLOC: always(EINVAL),
        PREPARE_MSI: always(EOPNOTSUPP),
        PUT: always(0),
        FREE: { target: 'freed', actions: [ok] },
      },
    },
    sva: {
      on: {
        GET_DMA: always(EEXIST),
        GET_MSI: always(EINVAL),
        SET_FAULT: warn,
        IOMMUFD_TAG: always(0),
        SVA_ALLOC: always(EEXIST),
        PREPARE_MSI: always(EOPNOTSUPP),
        PUT: always(0),
        FREE: { target: 'freed', actions: ['dropMm', ok] },
      },
    },
    freed: {},
  },
});
