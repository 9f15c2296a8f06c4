// The properties of split, merge and the dirty log: spec/split-merge-dirty.md §4.

import type { Property } from '../../property.ts';

const spec = 'spec/split-merge-dirty.md';

export const dirtyProperties = {
  translation: {
    id: 'DRT-001',
    title: 'split and merge change no translation',
    rule: 'While and after blocks are split and pages merged, every address translates as before.',
    source: `${spec} §4.1`,
    blame: 'engine',
  },
  split: {
    id: 'DRT-002',
    title: 'a split range has the smallest leaves',
    rule: 'After a split that succeeded, what may be written in the range is mapped by the smallest pages, and leaves outside are as before.',
    source: `${spec} §4.2`,
    blame: 'engine',
  },
  failure: {
    id: 'DRT-003',
    title: 'a failed split or merge leaves a page table that is in order',
    rule: 'Leaves are aligned and of their level’s size, and one flush follows a failure.',
    source: `${spec} §4.3`,
    blame: 'engine',
  },
  merge: {
    id: 'DRT-004',
    title: 'only equal neighbours are merged',
    rule: 'A merged leaf covers no hole, and its parts were consecutive and agreed in rights and in dirty state.',
    source: `${spec} §4.4`,
    blame: 'engine',
  },
  steps: {
    id: 'DRT-005',
    title: 'ranges are cut greedily',
    rule: 'Chunks of a success add up to the range, each is the largest that fits.',
    source: `${spec} §4.5`,
    blame: 'engine',
  },
  alignment: {
    id: 'DRT-006',
    title: 'a misaligned range changes nothing',
    rule: 'A range that is not aligned to the smallest page is -EINVAL, no leaf changes and nothing is flushed.',
    source: `${spec} §4.6`,
    blame: 'engine',
  },
  soundness: {
    id: 'DRT-007',
    title: 'no write is lost',
    rule: 'A page that a device has written since the log was started, and that nobody has cleared since, is reported.',
    source: `${spec} §4.7`,
    blame: 'engine',
  },
  clear: {
    id: 'DRT-008',
    title: 'clear touches the pages it is told',
    rule: 'Pages whose bits are set become clean; others, and leaves with a bit unset, stay as they are.',
    source: `${spec} §4.8`,
    blame: 'engine',
  },
  tracking: {
    id: 'DRT-009',
    title: 'the log of a range is started once and stopped once',
    rule: 'Starts and stops of a range alternate; while the log of a domain is on, sync and clear are allowed.',
    source: `${spec} §4.9`,
    blame: 'engine',
  },
  tables: {
    id: 'DRT-010',
    title: 'hardware knows no freed page table',
    rule: 'When a page table is freed, no walk cache of the hardware leads to it.',
    source: `${spec} §4.10`,
    blame: 'engine',
  },
} as const satisfies Record<string, Property>;
