// Scenarios of split and merge: spec/split-merge-dirty.md §4.1 to §4.6, §4.10, §5, §8.

import type { Scenario } from '../scenario.ts';
import {
  cleanBlock,
  cleanPages,
  clear,
  look,
  map,
  merge,
  pagewise,
  read,
  scenario,
  split,
  sync,
  turn,
  write,
} from './dirtyParts.ts';
import { page } from './hosts.ts';

export const splitScenarios: readonly Scenario[] = [
  scenario(
    'split-look-up',
    'split while an address is looked up',
    'Translation is the same at every step of a split (§4.1).',
    [map(0, 4)],
    [[split(0, 4)], [look(1)]],
  ),
  scenario(
    'split-write',
    'split while a device writes',
    'The device is never blocked (§4.1), and what is left are pages (§4.2).',
    [map(0, 4)],
    [[split(0, 4)], [write(1)]],
  ),
  scenario(
    'split-read-only',
    'split of a block that may be written and one that may not',
    'The second one is left alone (§8).',
    [map(0, 4), map(4, 4, 1)],
    [[split(0, 8)]],
  ),
  scenario(
    'split-inside-block',
    'split of a part of a block',
    '-EFAULT, the block stays, and nobody warns (§5 D6, §8).',
    [map(0, 16)],
    [[split(0, 4)]],
  ),
  scenario(
    'split-hole',
    'split of a block and a hole',
    '-EFAULT; the block is split, and flushed (§4.3, §8).',
    [map(0, 4)],
    [[split(0, 8)]],
  ),
  scenario(
    'split-clean-block',
    'split of a block that was mapped after the start, and is clean',
    'What may be written is split, clean or not (§4.2).',
    [map(4, 1), turn(true, 4, 1), map(0, 4), sync(0, 4), clear(0, 4)],
    [[split(0, 4)]],
  ),
  scenario(
    'split-refused',
    'split of two blocks without memory for a table',
    'What is split stays so, and is flushed (§4.3).',
    [map(0, 8)],
    [[split(0, 8)]],
    ['page_table'],
  ),
  scenario(
    'split-misaligned',
    'split of half a page',
    '-EINVAL, and nothing happens (§4.6).',
    [map(0, 4)],
    [[{ op: 'split_block', domain: 0, iova: 0, size: page / 2 }]],
  ),
  scenario(
    'split-clean-write',
    'split of a clean block while a device writes to it',
    'Hardware notes the write in the block or in a page: it is not lost (§4.7).',
    cleanBlock,
    [[split(0, 4), sync(0, 4)], [write(1)]],
  ),
];

export const mergeScenarios: readonly Scenario[] = [
  scenario(
    'merge-read',
    'merge while a device reads',
    'The table that goes is not freed under the walker (§5 D7, §4.10).',
    pagewise(0, 4),
    [[merge(0, 4)], [read(1)]],
  ),
  scenario(
    'merge-walk-cache',
    'merge after a device has read',
    'No walk cache leads to the freed table (§4.10).',
    [...pagewise(0, 4), read(1)],
    [[merge(0, 4), read(2)]],
  ),
  scenario(
    'merge-rights',
    'merge of pages that may be read and written, and pages that may only be written',
    'Nothing becomes readable (§5 D5, §4.4).',
    [...pagewise(0, 2), ...pagewise(2, 2, 2)],
    [[merge(0, 4)]],
  ),
  scenario(
    'merge-hole',
    'merge of a range whose first page is not mapped',
    'Physical address 0 is no page (§5 D4, §4.4).',
    pagewise(1, 3),
    [[merge(0, 4)]],
  ),
  scenario(
    'merge-part-of-page',
    'merge of half a page',
    '-EINVAL: the size does not wrap (§5 D3, §4.6).',
    pagewise(0, 4),
    [[{ op: 'merge_page', domain: 0, iova: 0, size: page / 2, prot: 3 }]],
  ),
  scenario(
    'merge-partly-clean',
    'merge of pages of which one is clean',
    'They stay apart (§4.4).',
    [map(0, 4), turn(true, 0, 4), sync(0, 4), clear(0, 4, 0, [1])],
    [[merge(0, 4)]],
  ),
  scenario(
    'merge-clean-write',
    'merge of clean pages while a device writes',
    'Hardware notes the write in a page or in the block: it is not lost (§4.7).',
    cleanPages,
    [[merge(0, 4), sync(0, 4)], [write(1)]],
  ),
];
