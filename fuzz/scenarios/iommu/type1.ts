// Scenarios of VFIO type1: mappings, and what they share with devices, processes and other groups.

import type { Scenario } from '../scenario.ts';
import { page, program, realTables } from './hosts.ts';
import { dirtyScenarios } from './type1Dirty.ts';
import { type1Groups } from './type1Groups.ts';
import { kvmScenarios } from './type1Kvm.ts';
import * as t from './type1Parts.ts';

const last = 2 ** 64 - page;
const lastPage = { iova: last };

/** Six levels: more than 64 bits of IOVA space. */
const wide = t.one({ geometry: { ...realTables, levels: 6 } });

const twoIommus = {
  iommus: [{ driver: 'intel' }, { driver: 'intel', snoopControl: false }],
} as const;

const mapping: readonly Scenario[] = [
  {
    id: 'type1/map-unmap',
    title: 'MAP || UNMAP',
    about: 'One after the other under the lock: pins, accounting and leaves agree.',
    subsystem: 'mapping',
    program: program(t.one(), t.ready(), [[t.map(0)], [t.unmap(0)]]),
  },
  {
    id: 'type1/map-map',
    title: 'MAP || MAP of overlapping ranges',
    about: 'One is -EEXIST, and nothing of it is left.',
    subsystem: 'mapping',
    program: program(t.one(), t.ready(), [[t.map(0, 2)], [t.map(1)]]),
  },
  {
    id: 'type1/map-refused',
    title: 'MAP that the environment refuses somewhere',
    about: 'Rolled back whole: no entry, no pin, nothing accounted.',
    subsystem: 'mapping',
    program: program(
      t.one(),
      t.ready(),
      [[t.map(0, 2), t.unmap(0, 2)]],
      ['kzalloc', 'pin', 'page_table', 'map_pages', 'iotlb_sync_map'],
    ),
  },
  {
    id: 'type1/read-only',
    title: 'A mapping for reading',
    about: 'A device cannot write through it.',
    subsystem: 'mapping',
    program: program(t.one(), t.ready(), [[t.map(0, 1, 0, { flags: 1 }), t.write(0)]]),
  },
  {
    id: 'type1/last-page',
    title: 'MAP of the last page, twice',
    about: 'The end of the range is 2^64: the second MAP is -EEXIST, UNMAP finds the first.',
    subsystem: 'mapping',
    expect: { 'core/6.0': ['CORE-006'], 'core/6.1': ['CORE-006'], 'core/6.12': ['CORE-006'] },
    program: program(wide, t.ready(), [
      [t.map(0, 1, 0, lastPage), t.map(0, 1, 1, lastPage), t.unmap(0, 1, lastPage)],
    ]),
  },
  {
    id: 'type1/unmap-dma',
    title: 'UNMAP || a device that writes there',
    about: 'The page is unpinned when no device can reach it any more.',
    subsystem: 'mapping',
    program: program(t.one(), [...t.ready(), t.map(0), t.write(0)], [[t.unmap(0)], [t.write(0)]]),
  },
  {
    id: 'type1/map-attach',
    title: 'MAP || a second group joins with its own domain',
    about: 'Both domains have the mapping, whichever came first.',
    subsystem: 'mapping',
    program: program(
      t.two(twoIommus, { iommu: 1 }),
      [...t.ready(), ...t.opened(1)],
      [[t.map(0)], [t.join(1)]],
    ),
  },
  {
    id: 'type1/two-domains-refused',
    title: 'MAP into two domains, one refused',
    about: 'In both domains or in none.',
    subsystem: 'mapping',
    program: program(
      t.two(twoIommus, { iommu: 1 }),
      [...t.ready(), ...t.opened(1), t.join(1)],
      [[t.map(0), t.unmap(0)]],
      ['page_table'],
    ),
  },
  {
    id: 'type1/replay-refused',
    title: 'A group joins mappings of a mediated device, and a page table is refused',
    about: 'What the replay has pinned before it failed is unpinned (S12).',
    subsystem: 'mapping',
    program: program(
      t.mediated(),
      [...t.mediatedReady, t.map(0), t.map(4), ...t.opened(0)],
      [[t.join(0)]],
      ['page_table', 'pin'],
    ),
  },
  {
    id: 'type1/second-replay-refused',
    title: 'A second domain joins two mappings, and a page table is refused',
    about: 'The mappings go out of the new domain only (S12).',
    subsystem: 'mapping',
    program: program(
      t.two(twoIommus, { iommu: 1 }),
      [...t.ready(), t.map(0), t.map(4), ...t.opened(1)],
      [[t.join(1)]],
      ['page_table'],
    ),
  },
  {
    id: 'type1/owner-change',
    title: 'MAP with VADDR by another process',
    about: 'The pages are accounted to who maps them now.',
    subsystem: 'mapping',
    expect: { 'core/6.0': ['CORE-005'] },
    program: {
      ...program(
        t.one({ processes: [t.one().processes[0]!, t.one().processes[0]!] }),
        [...t.ready(), t.map(0), t.unmap(0, 1, { flags: 4 })],
        [],
      ),
      tasks: [{ process: 1, ops: [t.map(0, 1, 0, { flags: 4 })] }],
    },
  },
  {
    id: 'type1/exec',
    title: 'MAP, exec, UNMAP || another MAP',
    about: 'What was accounted to the old memory is given back to it.',
    subsystem: 'mapping',
    expect: { 'core/6.0': ['CORE-005'] },
    program: program(
      t.one(),
      [...t.ready(), t.map(0)],
      [
        [{ op: 'exec' }, t.unmap(0)],
        [t.map(1), t.unmap(1)],
      ],
    ),
  },
  {
    id: 'type1/memlock',
    title: 'MAP || MAP under a limit of one page',
    about: 'One is -ENOMEM, and accounts nothing.',
    subsystem: 'mapping',
    program: program(
      t.one({ processes: [{ ...t.one().processes[0]!, memlockPages: 1 }] }),
      t.ready(),
      [[t.map(0)], [t.map(1)]],
    ),
  },
  {
    id: 'type1/pin-unmap',
    title: 'A mediated device pins || UNMAP',
    about: 'UNMAP asks the device to let go, and comes back.',
    subsystem: 'mapping',
    program: program(t.mediated(), [...t.mediatedReady, t.map(0)], [[t.pin(0)], [t.unmap(0)]]),
  },
  {
    id: 'type1/pin-refused',
    title: 'A mediated device pins without memory for the entry',
    about: 'The page is unpinned again.',
    subsystem: 'mapping',
    // Memory may be refused earlier, too: SET_IOMMU, and then the open.
    expect: { 'core/6.0': ['OWN-013'] },
    program: program(
      t.mediated(),
      [...t.mediatedReady, t.map(0)],
      [[t.pin(0)]],
      ['kzalloc', 'pin'],
    ),
  },
  {
    id: 'type1/unpin-mapped',
    title: 'A mediated device pins and unpins a page that a domain maps',
    about: 'The mapping keeps its own pin.',
    subsystem: 'mapping',
    program: program(
      t.mediated(),
      [...t.mediatedReady, ...t.opened(0), t.join(0), t.map(0), t.pin(0)],
      [[{ op: 'vfio_unpin_pages', container: 0, iova: 0 }], [t.write(0)]],
    ),
  },
  {
    id: 'type1/vaddr-mediated',
    title: 'UNMAP with VADDR beside a mediated device',
    about: 'It is -EBUSY: the device pins by address whenever it wants to.',
    subsystem: 'mapping',
    expect: { 'core/6.0': ['VFIO-008'] },
    program: program(t.mediated(), [...t.mediatedReady, t.map(0)], [[t.unmap(0, 1, { flags: 4 })]]),
  },
  {
    id: 'type1/reserved-leaves',
    title: 'A group with a reserved region joins and leaves || MAP there',
    about: 'The region is forbidden as long as the group is there, and no longer.',
    subsystem: 'mapping',
    program: program(
      t.two({}, { reserved: [{ start: 4 * page, size: page, kind: 'reserved' }] }),
      [...t.ready(), ...t.opened(1)],
      [[t.join(1), t.leave(1)], [t.map(4)]],
    ),
  },
  {
    id: 'type1/one-device-two-groups',
    title: 'Two groups leave one domain',
    about: 'The mappings go with the last of them.',
    subsystem: 'mapping',
    program: program(
      t.two(),
      [...t.ready(), ...t.opened(1), t.join(1), t.map(0)],
      [[t.leave(0)], [t.leave(1)]],
    ),
  },
];

export const type1Scenarios: readonly Scenario[] = [
  ...mapping,
  ...type1Groups,
  ...dirtyScenarios,
  ...kvmScenarios,
];
