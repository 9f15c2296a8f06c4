// The machine of who owns the DMA of a group: spec/coherency-and-ownership.md §4, checks in its order.
// Which owner it is and what the devices are attached to is the oracle's; events say what matters.
import { assign, setup } from 'xstate';
import { always, answerAction, effectAction, ok, refuse } from '../answer.ts';
import { EBUSY, EINVAL, EPERM, EPROBE_DEFER } from '../errno.ts';

/** owner_cnt: drivers that use the DMA API in `drivers`, claims in `owned`. */
export interface OwnershipContext {
  readonly count: number;
}

/** The owner argument: NULL, the present owner, or somebody else. */
export type Claimant = 'null' | 'same' | 'other';

/**
 * What the group translates through: its default domain, another one (or PASIDs are attached), or it
 * has no default domain yet.
 */
export type Through = 'default' | 'elsewhere' | 'nothing';

export type OwnershipEvent =
  | { readonly type: 'USE'; readonly through: Through }
  | {
      readonly type: 'CLAIM_GROUP' | 'CLAIM_DEVICE';
      readonly by: Claimant;
      readonly through: Through;
    }
  | {
      readonly type: 'UNUSE' | 'RELEASE_GROUP' | 'RELEASE_DEVICE';
      readonly pasids: boolean;
    }
  | { readonly type: 'TAKEN' };

const through: readonly Through[] = ['default', 'elsewhere', 'nothing'];
const claimants: readonly Claimant[] = ['null', 'same', 'other'];

const claim = (type: 'CLAIM_GROUP' | 'CLAIM_DEVICE') =>
  claimants.flatMap((by) => through.map((t): OwnershipEvent => ({ type, by, through: t })));
const release = (type: 'UNUSE' | 'RELEASE_GROUP' | 'RELEASE_DEVICE') =>
  [false, true].map((pasids): OwnershipEvent => ({ type, pasids }));

export const ownershipAlphabet: readonly OwnershipEvent[] = [
  ...through.map((t): OwnershipEvent => ({ type: 'USE', through: t })),
  ...claim('CLAIM_GROUP'),
  ...claim('CLAIM_DEVICE'),
  ...release('UNUSE'),
  ...release('RELEASE_GROUP'),
  ...release('RELEASE_DEVICE'),
  { type: 'TAKEN' },
];

interface Args {
  readonly event: OwnershipEvent;
}

const by = (who: Claimant) => (args: Args) => 'by' in args.event && args.event.by === who;
const via = (t: Through) => (args: Args) => 'through' in args.event && args.event.through === t;

const warn = { actions: ['warn' as const, ok] };
/** The blocking domain comes next; TAKEN follows where that succeeds. */
const takeOver = [
  refuse('ownerNull' as const, EINVAL),
  refuse('elsewhere' as const, EBUSY),
  { actions: ['block' as const, ok] },
];
const noOwnerOr = (ret: number) => [refuse('ownerNull' as const, EINVAL), always(ret)];

export const ownershipMachine = setup({
  types: { context: {} as OwnershipContext, events: {} as OwnershipEvent },
  guards: {
    ownerNull: by('null'),
    sameOwner: by('same'),
    elsewhere: via('elsewhere'),
    noDefaultDomain: via('nothing'),
    pasids: ({ event }: Args) => 'pasids' in event && event.pasids,
    last: ({ context }) => context.count === 1,
    lastWithPasids: ({ context, event }) =>
      context.count === 1 && 'pasids' in event && event.pasids,
  },
  actions: {
    answer: answerAction,
    warn: effectAction,
    block: effectAction,
    restore: effectAction,
    up: assign({ count: ({ context }) => context.count + 1 }),
    down: assign({ count: ({ context }) => context.count - 1 }),
    clear: assign({ count: 0 }),
  },
}).createMachine({
  id: 'ownership',
  context: { count: 0 },
  initial: 'unowned',
  states: {
    unowned: {
      on: {
        USE: [refuse('noDefaultDomain', EPROBE_DEFER), { target: 'drivers', actions: ['up', ok] }],
        UNUSE: warn,
        CLAIM_GROUP: takeOver,
        CLAIM_DEVICE: takeOver,
        TAKEN: { target: 'owned', actions: ['up', ok] },
        RELEASE_GROUP: warn,
        RELEASE_DEVICE: warn,
      },
    },
    // owner == NULL and owner_cnt > 0
    drivers: {
      on: {
        USE: [
          refuse('noDefaultDomain', EPROBE_DEFER),
          refuse('elsewhere', EBUSY),
          { actions: ['up', ok] },
        ],
        UNUSE: [
          { guard: 'pasids', actions: ['warn', ok] },
          { guard: 'last', target: 'unowned', actions: ['down', ok] },
          { actions: ['down', ok] },
        ],
        CLAIM_GROUP: noOwnerOr(EPERM),
        CLAIM_DEVICE: noOwnerOr(EPERM),
        RELEASE_GROUP: warn,
        RELEASE_DEVICE: warn,
      },
    },
    owned: {
      on: {
        USE: [refuse('noDefaultDomain', EPROBE_DEFER), always(EBUSY)],
        UNUSE: warn,
        CLAIM_GROUP: noOwnerOr(EPERM),
        CLAIM_DEVICE: [
          refuse('ownerNull', EINVAL),
          { guard: 'sameOwner', actions: ['up', ok] },
          always(EPERM),
        ],
        RELEASE_GROUP: [
          { guard: 'pasids', actions: ['warn', ok] },
          { target: 'unowned', actions: ['clear', 'restore', ok] },
        ],
        // iommu_device_release_dma_owner counts down before it looks at anything else.
        RELEASE_DEVICE: [
          { guard: 'lastWithPasids', actions: ['warn', ok] },
          { guard: 'last', target: 'unowned', actions: ['down', 'restore', ok] },
          { actions: ['down', ok] },
        ],
      },
    },
  },
});
