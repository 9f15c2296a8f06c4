// The machine of what a group translates through (group->domain): spec/coherency-and-ownership.md §5
// and spec/iommu-core.md §3. Which domain it is, and what the drivers say, is the oracle's.
import { setup } from 'xstate';
import { always, answerAction, effectAction, ok, refuse } from '../answer.ts';
import { EBUSY, EINVAL } from '../errno.ts';

/** The domain's driver against the devices': of the same ops, or of others. */
export type Ops = 'same' | 'other';

export type TranslationEvent =
  | { readonly type: 'ATTACH'; readonly ops: Ops }
  | { readonly type: 'REPLACE'; readonly by: 'null' | 'present' | 'another' }
  | { readonly type: 'DETACH'; readonly owned: boolean }
  | { readonly type: 'ATTACHED' | 'BLOCKED' | 'RESTORED' | 'EMPTIED' };

const plain = (type: 'ATTACHED' | 'BLOCKED' | 'RESTORED' | 'EMPTIED'): TranslationEvent =>
  Object.freeze({ type });
const attach = (ops: Ops): TranslationEvent => Object.freeze({ type: 'ATTACH', ops });
const replace = (by: 'null' | 'present' | 'another'): TranslationEvent =>
  Object.freeze({ type: 'REPLACE', by });
const detach = (owned: boolean): TranslationEvent => Object.freeze({ type: 'DETACH', owned });

export const translationEvents = {
  attach: { same: attach('same'), other: attach('other') },
  replace: {
    null: replace('null'),
    present: replace('present'),
    another: replace('another'),
  },
  detach: { owned: detach(true), unowned: detach(false) },
  /** Every device was switched to a domain of a client. */
  attached: plain('ATTACHED'),
  blocked: plain('BLOCKED'),
  restored: plain('RESTORED'),
  /** The last device has left the group. */
  emptied: plain('EMPTIED'),
} as const;

export const translationAlphabet: readonly TranslationEvent[] = [
  ...Object.values(translationEvents.attach),
  ...Object.values(translationEvents.replace),
  ...Object.values(translationEvents.detach),
  translationEvents.attached,
  translationEvents.blocked,
  translationEvents.restored,
  translationEvents.emptied,
];

interface Args {
  readonly event: TranslationEvent;
}

/** Where the group goes when all its devices were switched. */
const moves = {
  ATTACHED: { target: 'attached', actions: [ok] },
  BLOCKED: { target: 'blocking', actions: [ok] },
  RESTORED: { target: 'default', actions: [ok] },
  EMPTIED: { target: 'empty', actions: [ok] },
} as const;

/** iommu_attach_group from a core domain: the ops, then the devices. */
const fromCore = {
  ATTACH: [refuse('otherOps' as const, EINVAL), { actions: ['switchDevices' as const, ok] }],
  REPLACE: [
    refuse('toNull' as const, EINVAL),
    refuse('toPresent' as const, 0),
    { actions: ['switchDevices' as const, ok] },
  ],
} as const;

/** A detach goes to the blocking domain of an owned group, else to the default one; it never fails. */
const detached = [
  { guard: 'owned' as const, actions: ['toBlocking' as const, ok] },
  { actions: ['toDefault' as const, ok] },
];

export const translationMachine = setup({
  types: { events: {} as TranslationEvent },
  guards: {
    otherOps: ({ event }: Args) => event.type === 'ATTACH' && event.ops === 'other',
    toNull: ({ event }: Args) => event.type === 'REPLACE' && event.by === 'null',
    toPresent: ({ event }: Args) => event.type === 'REPLACE' && event.by === 'present',
    owned: ({ event }: Args) => event.type === 'DETACH' && event.owned,
  },
  actions: {
    answer: answerAction,
    switchDevices: effectAction,
    toBlocking: effectAction,
    toDefault: effectAction,
  },
}).createMachine({
  id: 'translation',
  initial: 'empty',
  states: {
    empty: { on: { ...fromCore, ...moves, DETACH: detached } },
    default: { on: { ...fromCore, ...moves, DETACH: detached } },
    blocking: { on: { ...fromCore, ...moves, DETACH: detached } },
    // A domain of a client: busy, also for that same domain.
    attached: {
      on: { ...moves, ATTACH: always(EBUSY), REPLACE: fromCore.REPLACE, DETACH: detached },
    },
  },
});
