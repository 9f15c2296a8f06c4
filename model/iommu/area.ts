// The machine of one area of an IOAS: spec/iommu-core.md §6. Its range is taken before its pages are
// there, and until they are gone.
import { setup } from 'xstate';
import { always, answerAction, ok, refuse } from '../answer.ts';
import { EBUSY, EEXIST, ENOENT } from '../errno.ts';

export type AreaEvent =
  | { readonly type: 'MAP' | 'FILLED' | 'FAILED' | 'REMOVED' }
  /** `partial`: the request covers only a part of the area. */
  | { readonly type: 'UNMAP'; readonly partial: boolean };

const plain = (type: 'MAP' | 'FILLED' | 'FAILED' | 'REMOVED'): AreaEvent => Object.freeze({ type });
const unmap = (partial: boolean): AreaEvent => Object.freeze({ type: 'UNMAP', partial });

export const areaEvents = {
  map: plain('MAP'),
  /** Every domain of the IOAS has the pages, or one could not have them. */
  filled: plain('FILLED'),
  failed: plain('FAILED'),
  unmap: { whole: unmap(false), partial: unmap(true) },
  removed: plain('REMOVED'),
} as const;

export const areaAlphabet: readonly AreaEvent[] = [
  areaEvents.map,
  areaEvents.filled,
  areaEvents.failed,
  areaEvents.unmap.whole,
  areaEvents.unmap.partial,
  areaEvents.removed,
];

export const areaMachine = setup({
  types: { events: {} as AreaEvent },
  guards: { partial: ({ event }) => event.type === 'UNMAP' && event.partial },
  actions: { answer: answerAction },
}).createMachine({
  id: 'area',
  initial: 'absent',
  states: {
    absent: { on: { MAP: { target: 'pending', actions: [ok] }, UNMAP: always(ENOENT) } },
    pending: {
      on: {
        MAP: always(EEXIST),
        FILLED: { target: 'mapped', actions: [ok] },
        FAILED: { target: 'absent', actions: [ok] },
        UNMAP: always(EBUSY),
      },
    },
    mapped: {
      on: {
        MAP: always(EEXIST),
        UNMAP: [refuse('partial', ENOENT), { target: 'leaving', actions: [ok] }],
      },
    },
    leaving: {
      on: {
        MAP: always(EEXIST),
        UNMAP: always(EBUSY),
        REMOVED: { target: 'absent', actions: [ok] },
      },
    },
  },
});
