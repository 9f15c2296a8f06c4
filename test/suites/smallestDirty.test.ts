// The smallest programs that show the named defects of split, merge and the dirty log. Where all
// smaller programs are too many, the largest size is searched of which all can be seen.

import { test } from 'vitest';
import {
  alloc,
  arm,
  attach,
  clear,
  map,
  merge,
  read,
  split,
  sync,
  turn,
  write,
} from '../../fuzz/scenarios/iommu/dirtyParts.ts';
import { program } from '../../fuzz/scenarios/iommu/hosts.ts';
import * as vfio from '../../fuzz/scenarios/iommu/type1Parts.ts';
import { checkParts, checkSmallest, type Named } from './smallestIommu.ts';

const named: readonly Named[] = [
  {
    title: 'map racing split: the caller’s fault, on the reference',
    deltas: [],
    in: program(arm, [alloc, map(8, 4)], [[map(0, 4)], [split(0, 4)]]),
    property: 'broken-contract',
    key: 'map || split',
    size: [3, 2, 1],
    ops: [alloc, map(0, 1), map(0, 4), split(0, 1), split(0, 4)],
    program: ['domain_alloc; iommu_map', 'split_block'],
  },
  {
    title: 'D1: clear of other pages than those whose bits are set',
    deltas: ['DRT-D1'],
    in: 'dirty/clear-base',
    property: 'DRT-008',
    key: 'not cleared',
    size: [4, 1, 0],
    // With the bits of the last sync, or with its own: then no sync is needed.
    ops: [alloc, map(0, 2), turn(true, 0, 1), sync(1, 1, 0), clear(1, 1, 0), clear(1, 1, 0, [1])],
    program: ['domain_alloc; iommu_map; switch_dirty_log; clear_dirty_log'],
  },
  {
    title: 'D2: one flag for the logs of all ranges',
    deltas: ['DRT-D2'],
    in: 'dirty/two-ranges',
    property: 'DRT-009',
    key: 'start refused',
    size: [3, 1, 0],
    ops: [alloc, map(0, 1), turn(true, 0, 1), turn(true, 1, 1), turn(false, 0, 1)],
    program: ['domain_alloc; switch_dirty_log; switch_dirty_log'],
  },
];

test.each(named)('$title', checkSmallest);

test('the log of VFIO, started without its lock (7 operations; all up to 4 are seen)', () => {
  const container = vfio.ready();
  const users = [vfio.map(0), vfio.dirty(1), vfio.dirty(2), vfio.unmap(0)];
  const shown = {
    deltas: ['DRT-P9'],
    in: 'dirty/vfio-start-unmap',
    property: 'unserialised',
    key: 'switch || unmap',
  };
  checkParts(shown, {
    size: [7, 2, 1],
    without: {
      ops: [...container, vfio.map(0), vfio.dirty(1), vfio.unmap(0)],
      maxOperations: 4,
      oneEachBelow: 5,
    },
    after: { setup: container, ops: users, maxOperations: 3 },
    program: ['vfio_map_dma; vfio_dirty_pages', 'vfio_unmap_dma'],
  });
});

test('D5: merge of pages with other rights (6 operations; all up to 3 are seen)', () => {
  // Three pages may be read and written, the last one may only be written.
  const pages = [map(0, 1), map(1, 1), map(2, 1), map(3, 1, 2), merge(0, 4)];
  const shown = {
    deltas: ['DRT-D5'],
    in: 'dirty/merge-rights',
    property: 'DRT-004',
    key: 'rights',
  };
  checkParts(shown, {
    size: [6, 1, 0],
    without: { ops: [alloc, ...pages], maxOperations: 3, oneEachBelow: 4 },
    // Of several tasks that map there is too much to see.
    after: { setup: [alloc], ops: pages, maxOperations: 5, maxTasks: 1 },
    program: ['iommu_map; iommu_map; iommu_map; iommu_map; merge_page'],
  });
});

test('D7: merge frees a table under the walker (6 operations; all up to 3 are seen)', () => {
  const ops = [map(0, 4), turn(true, 0, 4), split(0, 4), write(0), merge(0, 4)];
  const shown = {
    deltas: ['DRT-D7'],
    in: 'dirty/merge-clean-write',
    property: 'use-after-free',
    key: 'page_table',
  };
  checkParts(shown, {
    size: [6, 2, 1],
    without: { ops: [alloc, attach, ...ops], maxOperations: 3, oneEachBelow: 4 },
    after: { setup: [alloc, attach], ops, maxOperations: 4, oneEachBelow: 4 },
    program: ['iommu_map; switch_dirty_log; dma_write', 'merge_page'],
  });
});

test('D8: no flush after the start of the log (10 operations; all up to 3 are seen)', () => {
  const [on, off] = [turn(true, 0, 4), turn(false, 0, 4)];
  const cleaning = [on, clear(0, 4, 0, [0, 1, 2, 3]), off];
  const writing = [read(0), write(0), sync(0, 4)];
  const shown = {
    deltas: ['DRT-D8'],
    in: 'dirty/start-clean-block',
    property: 'DRT-007',
    key: 'lost write',
  };
  checkParts(shown, {
    size: [10, 1, 0],
    without: { ops: [alloc, attach, map(0, 4), ...cleaning, ...writing], maxOperations: 3 },
    // A clean block; then read, start, write and sync.
    after: {
      setup: [alloc, attach, map(0, 4), ...cleaning],
      ops: [...writing, on],
      maxOperations: 4,
    },
    program: ['dma_read; switch_dirty_log; dma_write; sync_dirty_log'],
  });
});
