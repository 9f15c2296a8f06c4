// The machine of a domain's dirty log: spec/split-merge-dirty.md §2, checks in order, with the log kept
// range by range (the domain has one flag but the call a range, §3 R2). Which pages are dirty depends on
// what devices write, and is nobody's business here.
import { assign, setup } from 'xstate';
import { always, answerAction, effectAction, ok, refuse } from '../answer.ts';
import { EBUSY, EINVAL, ENODEV } from '../errno.ts';

/** Ranges whose log is on. */
export interface DirtyContext {
  readonly ranges: number;
}

/** What stands in the way: no driver op, alignment, and how the range lies to those that are on. */
export type DirtyFinding = 'noOp' | 'misaligned' | 'free' | 'overlaps' | 'tracked';

/** ON and OFF are SWITCH's two ways; SWITCHED_ON follows where the driver has split the range. */
export type DirtyEventType = 'ON' | 'OFF' | 'SYNC' | 'CLEAR' | 'SWITCHED_ON' | 'SWITCHED_OFF';

export interface DirtyEvent {
  readonly type: DirtyEventType;
  readonly finding: DirtyFinding;
}

const findings: readonly DirtyFinding[] = ['noOp', 'misaligned', 'free', 'overlaps', 'tracked'];

const event = (type: DirtyEventType, finding: DirtyFinding): DirtyEvent =>
  Object.freeze({ type, finding });
const all = (type: DirtyEventType) => ({
  noOp: event(type, 'noOp'),
  misaligned: event(type, 'misaligned'),
  free: event(type, 'free'),
  overlaps: event(type, 'overlaps'),
  tracked: event(type, 'tracked'),
});

export const dirtyEvents = {
  on: all('ON'),
  off: all('OFF'),
  sync: all('SYNC'),
  clear: all('CLEAR'),
  switchedOn: event('SWITCHED_ON', 'free'),
  switchedOff: event('SWITCHED_OFF', 'tracked'),
} as const;

export const dirtyAlphabet: readonly DirtyEvent[] = [
  ...findings.map((f) => dirtyEvents.on[f]),
  ...findings.map((f) => dirtyEvents.off[f]),
  ...findings.map((f) => dirtyEvents.sync[f]),
  ...findings.map((f) => dirtyEvents.clear[f]),
  dirtyEvents.switchedOn,
  dirtyEvents.switchedOff,
];

interface Args {
  readonly event: DirtyEvent;
}

const finds = (finding: DirtyFinding) => (args: Args) => args.event.finding === finding;

const noOp = refuse('noOp' as const, ENODEV);
const misaligned = refuse('misaligned' as const, EINVAL);

export const dirtyMachine = setup({
  types: { context: {} as DirtyContext, events: {} as DirtyEvent },
  guards: {
    noOp: finds('noOp'),
    misaligned: finds('misaligned'),
    taken: ({ event: e }: Args) => e.finding === 'overlaps' || e.finding === 'tracked',
    tracked: finds('tracked'),
    last: ({ context }) => context.ranges === 1,
  },
  actions: {
    answer: answerAction,
    split: effectAction,
    merge: effectAction,
    up: assign({ ranges: ({ context }) => context.ranges + 1 }),
    down: assign({ ranges: ({ context }) => context.ranges - 1 }),
  },
}).createMachine({
  id: 'dirtyLog',
  context: { ranges: 0 },
  initial: 'off',
  states: {
    off: {
      on: {
        ON: [noOp, { actions: ['split', ok] }],
        OFF: [noOp, always(EINVAL)],
        SYNC: [noOp, always(EINVAL)],
        // clear looks for the op only where bits are set, after the log's state.
        CLEAR: always(EINVAL),
        SWITCHED_ON: { target: 'on', actions: ['up', ok] },
      },
    },
    on: {
      on: {
        ON: [noOp, refuse('taken', EBUSY), { actions: ['split', ok] }],
        OFF: [noOp, { guard: 'tracked', actions: ['merge', ok] }, always(EINVAL)],
        SYNC: [noOp, misaligned, always(0)],
        CLEAR: [misaligned, always(0)],
        SWITCHED_ON: { actions: ['up', ok] },
        SWITCHED_OFF: [
          { guard: 'last', target: 'off', actions: ['down', ok] },
          { actions: ['down', ok] },
        ],
      },
    },
  },
});
