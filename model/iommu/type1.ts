// The machine of a VFIO container with type1: a driver or none, and what MAP_DMA and UNMAP_DMA say of
// their arguments, checks in the order of spec/iommu-core.md §5. Intervals are the oracle's.
import { setup } from 'xstate';
import { always, answerAction, effectAction, ok, refuse } from '../answer.ts';
import { EEXIST, EFAULT, EINVAL } from '../errno.ts';

/** The first thing that is wrong with a request. */
export type Type1Finding = 'fine' | 'badPointer' | 'badArguments' | 'overlaps' | 'cuts';

/** SET with the types TYPE1 (1) and TYPE1v2 (3): the first unmaps by other rules. */
export type Type1Event =
  | { readonly type: 'SET_V1' | 'SET_V2' | 'DROPPED' }
  | { readonly type: 'MAP' | 'UNMAP'; readonly finding: Type1Finding };

const findings: readonly Type1Finding[] = [
  'fine',
  'badPointer',
  'badArguments',
  'overlaps',
  'cuts',
];

const plain = (type: 'SET_V1' | 'SET_V2' | 'DROPPED'): Type1Event => Object.freeze({ type });
const found = (type: 'MAP' | 'UNMAP', finding: Type1Finding): Type1Event =>
  Object.freeze({ type, finding });
const each = (type: 'MAP' | 'UNMAP') => ({
  fine: found(type, 'fine'),
  badPointer: found(type, 'badPointer'),
  badArguments: found(type, 'badArguments'),
  overlaps: found(type, 'overlaps'),
  cuts: found(type, 'cuts'),
});

export const type1Events = {
  setV1: plain('SET_V1'),
  setV2: plain('SET_V2'),
  /** The last group has left. */
  dropped: plain('DROPPED'),
  map: each('MAP'),
  unmap: each('UNMAP'),
} as const;

export const type1Alphabet: readonly Type1Event[] = [
  type1Events.setV1,
  type1Events.setV2,
  type1Events.dropped,
  ...findings.map((f) => type1Events.map[f]),
  ...findings.map((f) => type1Events.unmap[f]),
];

interface Args {
  readonly event: Type1Event;
}

const finds = (finding: Type1Finding) => (args: Args) =>
  'finding' in args.event && args.event.finding === finding;

const badPointer = refuse('badPointer' as const, EFAULT);
const badArguments = refuse('badArguments' as const, EINVAL);
const map = [
  badPointer,
  badArguments,
  refuse('overlaps' as const, EEXIST),
  { actions: ['add' as const, ok] },
];
const dropped = { target: 'bare' as const, actions: ['removeAll' as const, ok] };

export const type1Machine = setup({
  types: { events: {} as Type1Event },
  guards: {
    badPointer: finds('badPointer'),
    badArguments: finds('badArguments'),
    overlaps: finds('overlaps'),
    cuts: finds('cuts'),
  },
  actions: {
    answer: answerAction,
    add: effectAction,
    remove: effectAction,
    removeAll: effectAction,
  },
}).createMachine({
  id: 'type1',
  initial: 'bare',
  states: {
    bare: {
      on: {
        SET_V1: { target: 'v1', actions: [ok] },
        SET_V2: { target: 'v2', actions: [ok] },
        MAP: always(EINVAL),
        UNMAP: always(EINVAL),
      },
    },
    v1: {
      on: {
        SET_V1: always(EINVAL),
        SET_V2: always(EINVAL),
        DROPPED: dropped,
        MAP: map,
        UNMAP: [badPointer, badArguments, { actions: ['remove', ok] }],
      },
    },
    // As v1, but no mapping is cut at either end.
    v2: {
      on: {
        SET_V1: always(EINVAL),
        SET_V2: always(EINVAL),
        DROPPED: dropped,
        MAP: map,
        UNMAP: [badPointer, badArguments, refuse('cuts', EINVAL), { actions: ['remove', ok] }],
      },
    },
  },
});
