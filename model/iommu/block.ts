// The machine of one aligned block of IOVA, of a size that can be a leaf: what maps it, and what map,
// unmap, split and merge make of that. Spec: iommu-core.md §2, §10, split-merge-dirty.md §2, §8.
import { setup } from 'xstate';
import { always, answerAction, effectAction, ok, refuse } from '../answer.ts';
import { EEXIST, EFAULT } from '../errno.ts';

/** What a driver makes of a map over a live leaf of the same size (spec/iommu-core.md §10). */
export type OverMap = 'keep' | 'replace' | 'refuse';

export type BlockEvent =
  | { readonly type: 'MAP'; readonly over: OverMap }
  | { readonly type: 'UNMAP' }
  /** Smaller leaves appear within it, or the last of them goes. */
  | { readonly type: 'PART_MAPPED' | 'PARTS_GONE' }
  /** A larger block that it is part of becomes a leaf, or that leaf is split to this size. */
  | { readonly type: 'WHOLE_MAPPED' | 'WHOLE_SPLIT' }
  /** To leaves of the smallest size; `smallest`: the block is one of those. */
  | { readonly type: 'SPLIT'; readonly smallest: boolean; readonly writable: boolean }
  /** `full`: no hole, physically contiguous, alike. */
  | { readonly type: 'MERGE'; readonly smallest: boolean; readonly full: boolean };

type PlainType = 'UNMAP' | 'PART_MAPPED' | 'PARTS_GONE' | 'WHOLE_MAPPED' | 'WHOLE_SPLIT';
const plain = (type: PlainType): BlockEvent => Object.freeze({ type });
const map = (over: OverMap): BlockEvent => Object.freeze({ type: 'MAP', over });
const split = (smallest: boolean, writable: boolean): BlockEvent =>
  Object.freeze({ type: 'SPLIT', smallest, writable });
const merge = (smallest: boolean, full: boolean): BlockEvent =>
  Object.freeze({ type: 'MERGE', smallest, full });

export const blockEvents = {
  map: { keep: map('keep'), replace: map('replace'), refuse: map('refuse') },
  unmap: plain('UNMAP'),
  partMapped: plain('PART_MAPPED'),
  partsGone: plain('PARTS_GONE'),
  wholeMapped: plain('WHOLE_MAPPED'),
  wholeSplit: plain('WHOLE_SPLIT'),
  split: {
    smallest: split(true, true),
    readOnly: split(false, false),
    writable: split(false, true),
  },
  merge: { smallest: merge(true, true), full: merge(false, true), holes: merge(false, false) },
} as const;

export const blockAlphabet: readonly BlockEvent[] = [
  ...Object.values(blockEvents.map),
  blockEvents.unmap,
  blockEvents.partMapped,
  blockEvents.partsGone,
  blockEvents.wholeMapped,
  blockEvents.wholeSplit,
  ...Object.values(blockEvents.split),
  ...Object.values(blockEvents.merge),
];

interface Args {
  readonly event: BlockEvent;
}

const over = (what: OverMap) => (args: Args) =>
  args.event.type === 'MAP' && args.event.over === what;

const nothing = { guard: 'smallest' as const, actions: ok };
/** A hole, or part of a larger leaf: the call fails there, except that the smallest size is done. */
const behind = [nothing, always(EFAULT)];

export const blockMachine = setup({
  types: { events: {} as BlockEvent },
  guards: {
    keeps: over('keep'),
    replaces: over('replace'),
    refuses: over('refuse'),
    smallest: ({ event }: Args) => 'smallest' in event && event.smallest,
    readOnly: ({ event }: Args) => event.type === 'SPLIT' && !event.writable,
    notFull: ({ event }: Args) => event.type === 'MERGE' && !event.full,
  },
  actions: {
    answer: answerAction,
    setLeaf: effectAction,
    clearLeaf: effectAction,
    clearParts: effectAction,
    clearWhole: effectAction,
    splitLeaf: effectAction,
    splitParts: effectAction,
    mergeParts: effectAction,
    unsure: effectAction,
  },
}).createMachine({
  id: 'block',
  initial: 'absent',
  states: {
    absent: {
      on: {
        MAP: { target: 'leaf', actions: ['setLeaf', ok] },
        UNMAP: always(0),
        PART_MAPPED: { target: 'divided', actions: [ok] },
        WHOLE_MAPPED: { target: 'covered', actions: [ok] },
        SPLIT: behind,
        MERGE: behind,
      },
    },
    leaf: {
      on: {
        MAP: [
          { guard: 'keeps', actions: [ok] },
          refuse('refuses', EEXIST),
          { actions: ['setLeaf', ok] },
        ],
        UNMAP: { target: 'absent', actions: ['clearLeaf', ok] },
        SPLIT: [nothing, refuse('readOnly', 0), { target: 'divided', actions: ['splitLeaf', ok] }],
        MERGE: always(0),
      },
    },
    // Smaller leaves within, with or without holes. What a map over them does is not written.
    divided: {
      on: {
        MAP: { actions: ['unsure', ok] },
        UNMAP: { target: 'absent', actions: ['clearParts', ok] },
        PARTS_GONE: { target: 'absent', actions: [ok] },
        SPLIT: { actions: ['splitParts', ok] },
        MERGE: [refuse('notFull', EFAULT), { target: 'leaf', actions: ['mergeParts', ok] }],
      },
    },
    // Part of a larger leaf.
    covered: {
      on: {
        MAP: [
          { guard: 'keeps', actions: ['unsure', ok] },
          { guard: 'replaces', actions: ['unsure', ok] },
          always(EEXIST),
        ],
        UNMAP: { target: 'absent', actions: ['clearWhole', ok] },
        WHOLE_SPLIT: { target: 'leaf', actions: [ok] },
        SPLIT: behind,
        MERGE: always(0),
      },
    },
  },
});
