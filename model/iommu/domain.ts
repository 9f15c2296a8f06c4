// The machine of one domain in a client's slot: from allocation to free, and how many groups are
// attached meanwhile (spec/iommu-core.md §3, §7.8). A client without a domain does not call.
import { assign, setup } from 'xstate';
import { always, answerAction, effectAction, ok } from '../answer.ts';
import { EBUSY, EINVAL } from '../errno.ts';

export interface DomainContext {
  readonly groups: number;
}

export type DomainEventType = 'ALLOC' | 'USE' | 'ATTACHED' | 'DETACHED' | 'FREE';

export interface DomainEvent {
  readonly type: DomainEventType;
}

const event = (type: DomainEventType): DomainEvent => Object.freeze({ type });

export const domainEvents = {
  alloc: event('ALLOC'),
  /** Any call with the domain as its argument. */
  use: event('USE'),
  attached: event('ATTACHED'),
  detached: event('DETACHED'),
  free: event('FREE'),
} as const;

export const domainMachine = setup({
  types: { context: {} as DomainContext, events: {} as DomainEvent },
  guards: {
    last: ({ context }) => context.groups === 1,
  },
  actions: {
    answer: answerAction,
    release: effectAction,
    up: assign({ groups: ({ context }) => context.groups + 1 }),
    down: assign({ groups: ({ context }) => context.groups - 1 }),
  },
}).createMachine({
  id: 'domain',
  context: { groups: 0 },
  initial: 'absent',
  states: {
    absent: {
      on: {
        ALLOC: { target: 'idle', actions: [ok] },
        USE: always(EINVAL),
        FREE: always(EINVAL),
      },
    },
    idle: {
      on: {
        // The client keeps one domain in a slot.
        ALLOC: always(EINVAL),
        USE: always(0),
        ATTACHED: { target: 'inUse', actions: ['up', ok] },
        FREE: { target: 'absent', actions: ['release', ok] },
      },
    },
    inUse: {
      on: {
        ALLOC: always(EINVAL),
        USE: always(0),
        ATTACHED: { actions: ['up', ok] },
        DETACHED: [
          { guard: 'last', target: 'idle', actions: ['down', ok] },
          { actions: ['down', ok] },
        ],
        // iommu_domain_free does not look: the caller guarantees that it is detached, and waits.
        FREE: always(EBUSY),
      },
    },
  },
});
