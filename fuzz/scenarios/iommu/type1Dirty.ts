// Scenarios of type1's dirty log: spec/split-merge-dirty.md §6.

import type { Scenario } from '../scenario.ts';
import { page, program } from './hosts.ts';
import * as t from './type1Parts.ts';

const start = t.dirty(1);
const stop = t.dirty(2);
const get = t.dirty(4, { iova: 0, size: page });

export const dirtyScenarios: readonly Scenario[] = [
  {
    id: 'type1/dirty-write-get',
    title: 'A device writes || GET_BITMAP',
    about: 'The page is in this report or in the next.',
    subsystem: 'dirty',
    program: program(t.one(), [...t.ready(), t.map(0), start], [[t.write(0)], [get, get]]),
  },
  {
    id: 'type1/dirty-group-leaves',
    title: 'A group leaves while pages are tracked',
    about: 'What its device wrote is still reported when only mediated devices are left.',
    subsystem: 'dirty',
    program: program(
      t.mediated(),
      [...t.mediatedReady, ...t.opened(0), t.join(0), t.map(0), start],
      [[t.write(0)], [t.leave(0)]],
    ),
  },
  {
    id: 'type1/dirty-start-refused',
    title: 'START without memory for one of three bitmaps',
    about: 'Every mapping has a bitmap, or none.',
    subsystem: 'dirty',
    expect: { 'dirty/6.12': ['VFIO-006'] },
    program: program(
      t.one(),
      [...t.ready(), t.map(0), t.map(1), t.map(2)],
      [[start, start, stop]],
      ['kzalloc'],
    ),
  },
  {
    id: 'type1/dirty-map-start',
    title: 'MAP || START and STOP',
    about: 'A mapping has a bitmap exactly while its container tracks.',
    subsystem: 'dirty',
    program: program(t.one(), t.ready(), [[t.map(0)], [start, stop]], ['kzalloc']),
  },
  {
    id: 'type1/dirty-unmap',
    title: 'UNMAP with the bitmap || GET_BITMAP',
    about: 'One reports the page; without user memory UNMAP leaves the mapping.',
    subsystem: 'dirty',
    program: program(
      t.one(),
      [...t.ready(), t.map(0), start],
      [[t.unmap(0, 1, { flags: 1 })], [get]],
      ['bitmap'],
    ),
  },
];
