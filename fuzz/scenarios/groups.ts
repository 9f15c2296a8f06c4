// Groups and windows of a container: attach, detach, create, remove, close, exit.

import type { Op } from '../../engine/index.ts';
import {
  attach,
  close,
  create,
  detach,
  enable,
  map,
  page,
  program,
  register,
  remove,
  type SpaprScenario,
  unmap,
  unregister,
} from './scenario.ts';

const ddw = { kind: 'ddw', family: 0 } as const;
const twoGroups = { groups: [ddw, ddw] };
const strangers = { groups: [ddw, { kind: 'ddw', family: 1 } as const] };
const legacy = { kind: 'legacy' as const, family: 1, tables: [{ itMap: true }] };
const busyLegacy = {
  containers: [1 as const],
  groups: [{ kind: 'legacy' as const, family: 1, tables: [{ itMap: true }, { itMap: true }] }],
};

const unheard: Op = {
  op: 'create',
  container: 0,
  pageShift: 12,
  windowSize: 4 * page,
  levels: 1,
  readOnlyPointer: true,
};

export const groups: readonly SpaprScenario[] = [
  {
    id: 'attach-twice',
    title: 'a group is attached twice',
    about: 'A1: the second attach is refused and frees nothing',
    program: program({}, [], [[attach(), attach()]]),
  },
  {
    id: 'attach-incompatible',
    title: 'a group of another kind is attached second',
    about: 'A1: -EPERM, and the list is as it was',
    program: program(strangers, [], [[attach(0), attach(1)]]),
  },
  {
    id: 'attach-no-table-group',
    title: 'a group without platform data',
    about: 'A2: -ENODEV',
    program: program({ groups: [{ ...ddw, noTableGroup: true }] }, [], [[attach()]]),
  },
  {
    id: 'attach-legacy-busy',
    title: 'a legacy group whose second table the kernel uses',
    about: 'A3, BUG-P: what was taken is given back, and the container is as it was',
    program: program(busyLegacy, [], [[attach(), attach()]], ['take_ownership']),
  },
  {
    id: 'attach-refused',
    title: 'attach while the environment refuses',
    about: 'A4: a failed attach leaves nothing in the container or the group',
    program: program({}, [], [[attach(), attach()]], ['kzalloc', 'create_table', 'set_window']),
  },
  {
    id: 'attach-second-refused',
    title: 'a second group joins a container with windows while the environment refuses',
    about: 'windows are programmed in every group of a container or in none',
    notOn: ['spapr/v11'],
    program: program(
      twoGroups,
      [attach(0), register(0, 1), map(0, 0, 1)],
      [[create(), attach(1)]],
      ['set_window'],
    ),
  },
  {
    id: 'attach-attach',
    title: 'two groups join one container at once',
    about: 'the group list and the windows under two attaches',
    program: program(twoGroups, [], [[attach(0)], [attach(1), detach(1)]]),
  },
  {
    id: 'attach-legacy-second',
    title: 'a legacy group follows one with dynamic windows',
    about: 'the default window that was to be made is no longer wanted',
    notOn: ['spapr/v11', 'spapr/4.2', 'spapr/6.1'],
    program: program(
      { containers: [1], groups: [ddw, legacy] },
      [attach(0), detach(0)],
      [[attach(1), enable(), map(0, 0, 1)]],
    ),
  },
  {
    id: 'attach-after-close',
    title: 'a container is closed under a call, another takes its group',
    about: 'the last call in flight releases the container, and its group with it',
    program: program(
      { containers: [2, 2] },
      [attach(0, 0)],
      [[register(0, 1, 0)], [close(0), attach(0, 1), close(0)]],
    ),
  },
  {
    id: 'create-detach',
    title: 'TCE_CREATE against detach of the only group',
    about: 'the look at the group list without the lock is not the last',
    notOn: ['spapr/v11'],
    program: program({}, [attach(), remove(0)], [[create()], [detach()]]),
  },
  {
    id: 'detach-one-of-two',
    title: 'one of two groups leaves',
    about: 'BUG-D: the mappings of the other stay',
    program: program(
      twoGroups,
      [attach(0), attach(1), register(0, 1)],
      [[map(0, 0, 1), detach(1)]],
    ),
  },
  {
    id: 'create-refused',
    title: 'TCE_CREATE while the environment refuses',
    about: 'BUG-L: a table that is not made is not charged',
    notOn: ['spapr/v11'],
    program: program(
      twoGroups,
      [attach(0), attach(1)],
      [[create()]],
      ['create_table', 'set_window'],
    ),
  },
  {
    id: 'create-unheard',
    title: 'TCE_CREATE and GET_INFO that cannot write their answer back',
    about: '-EFAULT comes last: the window stays',
    notOn: ['spapr/v11'],
    program: program(
      {},
      [attach()],
      [[{ op: 'info', container: 0, readOnlyPointer: true }, unheard, create(), remove(0x100000)]],
    ),
  },
  {
    id: 'create-remove',
    title: 'TCE_CREATE against TCE_REMOVE',
    about: 'slots are filled and emptied one at a time; R3: any address of a window names it',
    notOn: ['spapr/v11'],
    program: program({}, [attach(), create()], [[create()], [remove(0), remove(0x101000)]]),
  },
  {
    id: 'first-map-refused',
    title: 'the first MAP while its default window cannot be made',
    about: 'BUG-L: every failed MAP leaves locked_vm as it was',
    program: program(
      {},
      [attach(), register(0, 1)],
      [[map(0, 0, 1), unmap(0, 1)]],
      ['create_table', 'set_window'],
    ),
  },
  {
    id: 'close-map',
    title: 'the container is closed under a MAP',
    about: 'release waits for calls in flight and gives everything back',
    program: program({}, [attach(), register(0, 1)], [[map(0, 0, 1)], [close()]]),
  },
  {
    id: 'close-unregister',
    title: 'the container is closed against UNREGISTER',
    about: 'a registration is dropped once',
    program: program(
      { containers: [2, 2] },
      [attach(), register(0, 1, 0), register(0, 1, 1)],
      [[unregister(0, 1, 0)], [close(1)]],
    ),
  },
  {
    id: 'exit-registered',
    title: 'a process dies with memory registered and mapped',
    about: 'R1: nothing stays pinned or charged',
    program: program({}, [attach()], [[register(0, 2), map(0, 0, 1)]]),
  },
  {
    id: 'foreign-process',
    title: 'a child uses its parent’s container',
    about: '-EPERM: a container works for the process that first used it',
    notOn: ['spapr/v11', 'spapr/4.2'],
    program: {
      ...program({ processes: 2 }, [attach()], []),
      tasks: [
        { process: 0, ops: [register(0, 1), map(0, 0, 1)] },
        { process: 1, ops: [register(0, 1), unmap(0, 1)] },
      ],
    },
  },
];
