// Registration: REGISTER and UNREGISTER alone, against each other, and over containers.

import {
  attach,
  map,
  memory,
  page,
  program,
  register,
  type SpaprScenario,
  unmap,
  unregister,
} from './scenario.ts';

export const registration: readonly SpaprScenario[] = [
  {
    id: 'register-cycle',
    title: 'a region is registered, refused twice, unregistered',
    about: 'error codes of REGISTER and UNREGISTER: exact match, overlap, part, unknown',
    program: program(
      {},
      [],
      [[attach(), register(0, 2), register(1, 2), unregister(0, 2), unregister(4, 1)]],
    ),
  },
  {
    id: 'unregister-part',
    title: 'UNREGISTER of half a region',
    about: 'U1: only the exact range may be unregistered',
    program: program({}, [attach()], [[register(0, 2), unregister(0, 1)]]),
  },
  {
    id: 'unregister-unknown',
    title: 'UNREGISTER of what is not registered',
    about: 'U2: -ENOENT',
    program: program({}, [attach()], [[register(0, 1), unregister(4, 1)]]),
  },
  {
    id: 'unregister-mapped',
    title: 'UNREGISTER of a region with a live TCE, then without',
    about: 'BUG-U: -EBUSY, and nothing changes',
    program: program(
      {},
      [attach()],
      [[register(0, 1), map(0, 0, 1), unregister(0, 1), unmap(0, 1), unregister(0, 1)]],
    ),
  },
  {
    id: 'unregister-elsewhere',
    title: 'one container registers, the other unregisters',
    about: 'U3: registrations belong to containers; R6: mappings do not',
    program: program(
      {
        containers: [2, 2],
        groups: [
          { kind: 'ddw', family: 0 },
          { kind: 'ddw', family: 0 },
        ],
      },
      [attach(0, 0), attach(1, 1)],
      [[register(0, 1, 0), register(2, 1, 1), unregister(0, 1, 1), map(0, 0, 1, 1)]],
    ),
  },
  {
    id: 'two-containers-one-region',
    title: 'two containers register and unregister the same region at once',
    about: 'used counts registrations; the last to go ends the region',
    program: program(
      { containers: [2, 2] },
      [attach()],
      [
        [register(0, 1, 0), unregister(0, 1, 0)],
        [register(0, 1, 1), unregister(0, 1, 1)],
      ],
    ),
  },
  {
    id: 'overlapping-registers',
    title: 'two overlapping regions are registered at once',
    about: 'one of them is refused, and what it had pinned and charged is given back',
    program: program({ containers: [2, 2] }, [], [[register(0, 2, 0)], [register(1, 2, 1)]]),
  },
  {
    id: 'first-registers',
    title: 'two first REGISTERs of a container',
    about: 'BUG-M: the container takes one reference to the process’s memory',
    program: program({}, [], [[register(0, 1)], [register(2, 1)]]),
  },
  {
    id: 'register-refused',
    title: 'REGISTER while the environment refuses',
    about: 'every failure of an allocation or a pin is undone without a trace',
    program: program({}, [], [[register(0, 2), register(0, 2)]], ['kzalloc', 'vzalloc', 'pin']),
  },
  {
    id: 'memlock-limit',
    title: 'two REGISTERs share a limit that allows one',
    about: 'RLIMIT_MEMLOCK is tested and charged in one step',
    program: program(
      { containers: [2, 2], memlockPages: 3 },
      [],
      [[register(0, 2, 0), unregister(0, 2, 0)], [register(4, 2, 1)]],
    ),
  },
  {
    id: 'register-nothing',
    title: 'REGISTER of no pages, of pages that are not there, of a range that wraps',
    about: 'R8 and the argument checks',
    program: program(
      {},
      [],
      [
        [
          register(0, 0),
          { op: 'register', container: 0, va: memory + 1, size: page },
          { op: 'register', container: 0, va: 0, size: page },
          { op: 'register', container: 0, va: 2 ** 64 - page, size: 2 * page },
          { op: 'register', container: 0, va: memory, size: page, flags: 1 },
        ],
      ],
    ),
  },
];
