// Scenarios of the dirty log: spec/split-merge-dirty.md §4.7 to §4.9, §5, §8.

import type { Scenario } from '../scenario.ts';
import { arm, cleanPages, clear, map, read, scenario, sync, turn, write } from './dirtyParts.ts';
import { program } from './hosts.ts';
import * as vfio from './type1Parts.ts';

export const logScenarios: readonly Scenario[] = [
  scenario(
    'start-clean-block',
    'start, clear, stop, and start again with a block in the IOTLB',
    'A start flushes, and splits clean blocks too (§5 D8, §4.2, R5).',
    [map(0, 4), turn(true, 0, 4), sync(0, 4), clear(0, 4), turn(false, 0, 4), read(0)],
    [[turn(true, 0, 4), write(0), sync(0, 4)]],
  ),
  scenario(
    'two-ranges',
    'the logs of two ranges of one domain',
    'Each is started and stopped by itself (§5 D2, §4.9).',
    [map(0, 4), map(4, 4)],
    [[turn(true, 0, 4), turn(true, 4, 4), turn(false, 0, 4), sync(4, 4), turn(false, 4, 4)]],
  ),
  scenario(
    'switch-alternates',
    'start twice, stop twice',
    '-EBUSY and -EINVAL (§4.9).',
    [map(0, 4)],
    [[turn(true, 0, 4), turn(true, 0, 4), turn(false, 0, 4), turn(false, 0, 4)]],
  ),
  scenario(
    'start-start',
    'two starts of a range at once',
    'One succeeds, the other is -EBUSY (§4.9).',
    [map(0, 4)],
    [[turn(true, 0, 4)], [turn(true, 0, 4)]],
  ),
  scenario(
    'clear-base',
    'clear of the second half of a bitmap',
    'Bits are counted from the base (§5 D1, §4.8).',
    [map(0, 8), turn(true, 0, 8)],
    [[sync(4, 4, 0), clear(4, 4, 0), sync(0, 8)]],
  ),
  scenario(
    'clear-part-of-block',
    'clear of one page of a block that was mapped after the start',
    'The block stays dirty (§4.8, §8).',
    [map(4, 1), turn(true, 4, 1), map(0, 4)],
    [[sync(0, 4), clear(0, 4, 0, [3]), sync(0, 4)]],
  ),
  scenario(
    'sync-hole',
    'sync over a hole',
    'What was written behind it is reported (§5 D10, §4.7).',
    [map(4, 4), turn(true, 4, 4)],
    [[write(4), sync(0, 8)]],
  ),
  scenario(
    'write-clear',
    'a device writes while the log is read and cleared',
    'No write is lost, whatever the IOTLB holds (§4.7).',
    [...cleanPages, write(0)],
    [[sync(0, 4), clear(0, 4), sync(0, 4)], [write(0)]],
  ),
  scenario(
    'sync-clear',
    'sync while another clears',
    'Under one lock: sync sees all bits or none (§8).',
    [map(0, 4), turn(true, 0, 4)],
    [[sync(0, 4)], [sync(0, 4), clear(0, 4)]],
  ),
  scenario(
    'stop-sync',
    'stop while another syncs',
    'sync is -EINVAL once the log is off (§8).',
    [map(0, 4), turn(true, 0, 4)],
    [[turn(false, 0, 4)], [sync(0, 4)]],
  ),
];

export const vfioLogScenarios: readonly Scenario[] = [
  {
    id: 'dirty/vfio-start-unmap',
    title: 'VFIO starts its dirty log while user space unmaps',
    about: 'Whatever a start does with page tables is serialised with UNMAP (§3 R1).',
    subsystem: 'dirty',
    program: program(
      vfio.one({ iommus: arm.iommus }),
      [...vfio.ready(), vfio.map(0)],
      [[vfio.dirty(1)], [vfio.unmap(0)]],
    ),
  },
];
