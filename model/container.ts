// The machine of one container: version, enabled or not, whose mm it is bound to, how many groups it
// has and whether its default window is still to be made. Spec: spapr-tce-v2.md §2 and §3, the 6.12
// column. Each event is one check or one effect of an ioctl; the oracle strings them together.
import { assign, setup } from 'xstate';
import { always, answer, answerAction, effectAction, ok, refuse } from './answer.ts';
import type { ContainerEvent, GroupKind } from './container-events.ts';
import { EBADF, EBUSY, EINVAL, ENODEV, ENOTTY, ENXIO, EPERM } from './errno.ts';
import type { AttachRules } from './quirks.ts';

export interface ContainerContext {
  readonly version: 1 | 2;
  /** container->mm is set: the first caller that needed it is the owner from then on. */
  readonly mmSet: boolean;
  readonly groups: number;
  /** def_window_pending: the first MAP, UNMAP or CREATE makes the default window. */
  readonly pending: boolean;
}

interface Args {
  readonly context: ContainerContext;
  readonly event: ContainerEvent;
}

const hasRules = ({ event }: Args, rules: AttachRules) =>
  event.type === 'ATTACH' && event.rules === rules;
const hasKind = ({ event }: Args, ...kinds: readonly GroupKind[]) =>
  event.type === 'ATTACH' && kinds.includes(event.group);

const stranger = ({ context, event }: Args) =>
  context.mmSet && 'caller' in event && event.caller === 'stranger';

// What both `disabled` and `enabled` answer. Order is kernel order.
const open = {
  ENTER: [refuse('stranger', EPERM), always(0)],
  SET_MM: [refuse('v1', ENOTTY), refuse('stranger', EPERM), { actions: ['setMm', ok] }],
  BIND_MM: { actions: ['setMm', ok] },
  NEED_GROUP: [refuse('noGroups', ENXIO), always(0)],
  NEED_WINDOW: [
    { guard: 'pendingWithoutGroups', actions: answer(ENODEV) },
    { guard: 'pending', actions: ['createDefaultWindow', ok] },
    always(0),
  ],
  DEFAULT_SETTLED: { actions: ['settleDefault', ok] },
  ATTACH: [
    refuse('noTableGroup', ENODEV),
    refuse('kindOfOtherVersion', EPERM),
    refuse('noDynamicWindowsInV2', EINVAL),
    refuse('legacyBesideOthers', EBUSY),
    refuse('secondGroupInV1', EBUSY),
    refuse('alreadyMember', EBUSY),
    refuse('otherFamily', EPERM),
    always(0),
  ],
  ATTACHED: [
    { guard: 'needsDefaultWindow', actions: ['addGroup', 'deferDefault', ok] },
    { actions: ['addGroup', ok] },
  ],
  DETACHED: [
    refuse('noGroups', 0),
    { guard: 'lastGroup', actions: ['dropGroup', 'clearAllEntries', ok] },
    { actions: ['dropGroup', ok] },
  ],
} as const;

export const containerMachine = setup({
  types: {
    context: {} as ContainerContext,
    events: {} as ContainerEvent,
    input: {} as { readonly version: 1 | 2 },
  },
  guards: {
    stranger,
    v1: ({ context }) => context.version === 1,
    v2: ({ context }) => context.version === 2,
    v1WithMm: ({ context }) => context.version === 1 && context.mmSet,
    v2WithMm: ({ context }) => context.version === 2 && context.mmSet,
    noMm: ({ context, event }) =>
      !context.mmSet && event.type === 'UNREGISTER' && event.caller !== 'anyone',
    noGroups: ({ context }) => context.groups === 0,
    lastGroup: ({ context }) => context.groups === 1,
    noWindow32: ({ event }) => event.type === 'ENABLE' && !event.window32,
    pending: ({ context }) => context.pending,
    pendingWithoutGroups: ({ context }) => context.pending && context.groups === 0,
    noTableGroup: ({ event }) => event.type === 'ATTACH' && event.group === 'none',
    kindOfOtherVersion: (args) =>
      hasRules(args, 'byVersion') && (args.context.version === 2) === hasKind(args, 'legacy'),
    noDynamicWindowsInV2: (args) =>
      hasRules(args, 'reference') &&
      args.context.version === 2 &&
      hasKind(args, 'legacy', 'static'),
    legacyBesideOthers: (args) =>
      hasRules(args, 'legacyAnywhere') && hasKind(args, 'legacy') && args.context.groups > 0,
    secondGroupInV1: (args) =>
      !hasRules(args, 'legacyAnywhere') && args.context.version === 1 && args.context.groups > 0,
    alreadyMember: ({ event }) => event.type === 'ATTACH' && event.relation === 'member',
    otherFamily: ({ event }) => event.type === 'ATTACH' && event.relation === 'otherFamily',
    needsDefaultWindow: ({ context, event }) =>
      context.groups === 0 && event.type === 'ATTACHED' && event.slot0 === 'empty',
  },
  actions: {
    answer: answerAction,
    charge: effectAction,
    uncharge: effectAction,
    createDefaultWindow: effectAction,
    clearAllEntries: effectAction,
    setMm: assign({ mmSet: true }),
    addGroup: assign({ groups: ({ context }) => context.groups + 1 }),
    dropGroup: assign({ groups: ({ context }) => context.groups - 1 }),
    deferDefault: assign({ pending: true }),
    settleDefault: assign({ pending: false }),
    forget: assign({ groups: 0, pending: false }),
  },
}).createMachine({
  id: 'container',
  context: ({ input }) => ({ version: input.version, mmSet: false, groups: 0, pending: false }),
  initial: 'disabled',
  states: {
    disabled: {
      on: {
        ...open,
        ENABLE: [
          refuse('v2', ENOTTY),
          refuse('noGroups', ENODEV),
          refuse('noWindow32', EPERM),
          refuse('stranger', EPERM),
          { actions: ['setMm', 'charge', ok] },
        ],
        ENABLED: { guard: 'v1WithMm', target: 'enabled', actions: [ok] },
        DISABLE: [refuse('v2', ENOTTY), always(0)],
        REGISTERED: { guard: 'v2WithMm', target: 'enabled', actions: [ok] },
        UNREGISTER: [refuse('v1', ENOTTY), refuse('noMm', EPERM), always(0)],
        USE_DMA: always(EPERM),
        CLOSE: { target: 'closed', actions: ['forget', ok] },
      },
    },
    enabled: {
      on: {
        ...open,
        ENABLE: [refuse('v2', ENOTTY), always(EBUSY)],
        DISABLE: [refuse('v2', ENOTTY), { target: 'disabled', actions: ['uncharge', ok] }],
        REGISTERED: { actions: [ok] },
        UNREGISTER: [refuse('v1', ENOTTY), always(0)],
        USE_DMA: always(0),
        CLOSE: [
          { guard: 'v1', target: 'closed', actions: ['forget', 'uncharge', ok] },
          { target: 'closed', actions: ['forget', ok] },
        ],
      },
    },
    closed: { on: { '*': { actions: answer(EBADF) } } },
  },
});
