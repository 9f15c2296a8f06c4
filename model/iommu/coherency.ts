// The machine of a domain that may block no-snoop: spec/coherency-and-ownership.md §1, §7.6. Once
// forced it stays so; later attaches must be able to keep it.
import { setup } from 'xstate';
import { always, answerAction, effectAction, ok, refuse } from '../answer.ts';
import { EINVAL } from '../errno.ts';

/** Who enforces: Intel's domains by a flag, AMD's always, others never. */
export type Enforcer = 'intel' | 'amd' | 'none';

export interface CoherencyContext {
  readonly by: Enforcer;
}

export type CoherencyEvent =
  /** `lacking`: some attached device's IOMMU has no snoop control; `mapped`: it has mappings. */
  | { readonly type: 'ENFORCE'; readonly lacking: boolean; readonly mapped: boolean }
  | { readonly type: 'ATTACH'; readonly snoopControl: boolean };

const enforce = (lacking: boolean, mapped: boolean): CoherencyEvent =>
  Object.freeze({ type: 'ENFORCE', lacking, mapped });
const attach = (snoopControl: boolean): CoherencyEvent =>
  Object.freeze({ type: 'ATTACH', snoopControl });

export const coherencyEvents = {
  enforce: {
    fit: enforce(false, false),
    lacking: enforce(true, false),
    mapped: enforce(false, true),
    both: enforce(true, true),
  },
  attach: { snoops: attach(true), cannotSnoop: attach(false) },
} as const;

export const coherencyAlphabet: readonly CoherencyEvent[] = [
  ...Object.values(coherencyEvents.enforce),
  ...Object.values(coherencyEvents.attach),
];

interface Args {
  readonly event: CoherencyEvent;
}

/** What enforce_cache_coherency answers: true is 1 here. */
const yes = always(1);
const no = 0;

export const coherencyMachine = setup({
  types: {
    context: {} as CoherencyContext,
    events: {} as CoherencyEvent,
    input: {} as { readonly by: Enforcer },
  },
  guards: {
    always: ({ context }) => context.by === 'amd',
    never: ({ context }) => context.by === 'none',
    lacking: ({ event }: Args) => event.type === 'ENFORCE' && event.lacking,
    mapped: ({ event }: Args) => event.type === 'ENFORCE' && event.mapped,
    cannotSnoop: ({ event }: Args) => event.type === 'ATTACH' && !event.snoopControl,
  },
  actions: { answer: answerAction, force: effectAction },
}).createMachine({
  id: 'coherency',
  context: ({ input }) => ({ by: input.by }),
  initial: 'snooping',
  states: {
    // No-snoop transactions pass, but for AMD's page tables, which force coherency in each entry.
    snooping: {
      on: {
        ENFORCE: [
          refuse('never', no),
          { guard: 'always', actions: [{ type: 'answer', params: { ret: 1 } }] },
          refuse('lacking', no),
          refuse('mapped', no),
          { target: 'forced', actions: ['force', { type: 'answer', params: { ret: 1 } }] },
        ],
        ATTACH: always(0),
      },
    },
    forced: {
      on: {
        ENFORCE: yes,
        ATTACH: [refuse('cannotSnoop', EINVAL), { actions: ok }],
      },
    },
  },
});
