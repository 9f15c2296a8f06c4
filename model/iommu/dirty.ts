// The machine of a domain's dirty log, v3 interface: spec/split-merge-dirty.md §2, checks in order.
// Which pages are dirty depends on what devices write, and is nobody's business here.
import { setup } from 'xstate';
import { always, answerAction, effectAction, ok, refuse } from '../answer.ts';
import { EBUSY, EINVAL, ENODEV } from '../errno.ts';

/** What stands in the way before the log's own state is looked at. */
export type DirtyFinding = 'fine' | 'noOp' | 'misaligned';

export type DirtyEvent = {
  readonly type: 'SWITCH_ON' | 'SWITCH_OFF' | 'SYNC' | 'CLEAR';
  readonly finding: DirtyFinding;
};

const types = ['SWITCH_ON', 'SWITCH_OFF', 'SYNC', 'CLEAR'] as const;
const findings = ['fine', 'noOp', 'misaligned'] as const;

export const dirtyAlphabet: readonly DirtyEvent[] = types.flatMap((type) =>
  findings.map((finding): DirtyEvent => ({ type, finding })),
);

interface Args {
  readonly event: DirtyEvent;
}

const finds = (finding: DirtyFinding) => (args: Args) => args.event.finding === finding;

/** Alignment is not looked at by switch; a domain without the ops has no log to switch. */
const noOp = refuse('noOp' as const, ENODEV);
const misaligned = refuse('misaligned' as const, EINVAL);

export const dirtyMachine = setup({
  types: { events: {} as DirtyEvent },
  guards: { noOp: finds('noOp'), misaligned: finds('misaligned') },
  actions: { answer: answerAction, splitBlocks: effectAction, mergePages: effectAction },
}).createMachine({
  id: 'dirtyLog',
  initial: 'off',
  states: {
    off: {
      on: {
        SWITCH_ON: [noOp, { target: 'on', actions: ['splitBlocks', ok] }],
        SWITCH_OFF: [noOp, always(EINVAL)],
        SYNC: [noOp, always(EINVAL)],
        // clear looks for the op only where bits are set, after the log's state.
        CLEAR: always(EINVAL),
      },
    },
    on: {
      on: {
        SWITCH_ON: [noOp, always(EBUSY)],
        SWITCH_OFF: [noOp, { target: 'off', actions: ['mergePages', ok] }],
        SYNC: [noOp, misaligned, always(0)],
        CLEAR: [misaligned, always(0)],
      },
    },
  },
});
