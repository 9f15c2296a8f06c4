// Mapping: MAP and UNMAP against each other, against UNREGISTER and against changing windows.

import {
  attach,
  create,
  detach,
  enable,
  map,
  page,
  program,
  register,
  remove,
  type SpaprScenario,
  smallGeometry,
  unmap,
  unregister,
} from './scenario.ts';

const legacyPair = {
  groups: [{ kind: 'legacy' as const, family: 1, tables: [{ itMap: true }] }],
};

/** A v1 window of 64K IOMMU pages over memory of 4K pages. */
const largeIommuPages = {
  containers: [1 as const],
  geometry: { ...smallGeometry, name: 'large IOMMU pages', tce32Size: 4 * 0x10000 },
  groups: [{ kind: 'legacy' as const, family: 1, tables: [{ itMap: true, pageShift: 16 }] }],
};

export const mapping: readonly SpaprScenario[] = [
  {
    id: 'map-unregister',
    title: 'MAP against UNREGISTER of its region',
    about: 'B1, L2: MAP succeeds whole or fails; a region found is not freed before it is counted',
    program: program({}, [attach(), register(0, 1)], [[map(0, 0, 1)], [unregister(0, 1)]]),
  },
  {
    id: 'map-two-regions-unregister',
    title: 'MAP over two regions against UNREGISTER of the second',
    about: 'B1: the first entry is written, the second region is going',
    program: program(
      {},
      [attach(), register(0, 1), register(1, 1)],
      [[map(0, 0, 2)], [unregister(1, 1)]],
    ),
  },
  {
    id: 'map-unmap-unregister',
    title: 'MAP and UNMAP against UNREGISTER, again and again',
    about: 'counts agree whatever the order',
    program: program(
      {},
      [attach(), register(0, 1)],
      [
        [map(0, 0, 1), unmap(0, 1)],
        [unregister(0, 1), register(0, 1)],
      ],
    ),
  },
  {
    id: 'map-map',
    title: 'two MAPs of one IOVA',
    about: 'overmapping releases what it replaces, whoever is first',
    program: program(
      {},
      [attach(), register(0, 1), register(1, 1), map(3, 0, 1)],
      [[map(0, 0, 1)], [map(0, 1, 1), unmap(0, 1)]],
    ),
  },
  {
    id: 'map-unmap',
    title: 'MAP against UNMAP of one IOVA',
    about: 'BUG-X: the TCE and its userspace entry change together',
    program: program({}, [attach(), register(0, 1), map(0, 0, 1)], [[map(0, 0, 1)], [unmap(0, 1)]]),
  },
  {
    id: 'first-maps',
    title: 'two first MAPs of a container',
    about: 'BUG-W: the default window is made once',
    program: program({}, [attach(), register(0, 1)], [[map(0, 0, 1)], [map(1, 0, 1)]]),
  },
  {
    id: 'map-refused',
    title: 'overmapping while the environment refuses the exchange',
    about: 'B2: the count that was taken is the one that is given back',
    program: program(
      {},
      [attach(), register(0, 1), register(1, 1), map(0, 0, 1)],
      [[map(0, 1, 2), unmap(0, 1)]],
      ['xchg'],
    ),
  },
  {
    id: 'map-past-window',
    title: 'MAP of two pages at the last page of the window',
    about: 'B4: the whole range is checked',
    program: program({}, [attach(), register(0, 2)], [[map(3, 0, 2)]]),
  },
  {
    id: 'map-misaligned',
    title: 'MAP and UNMAP at a misaligned IOVA',
    about: 'E1: results are negative errnos',
    program: program(
      {},
      [attach(), register(0, 1)],
      [
        [
          { op: 'map', container: 0, iova: 0x800, va: 0x10000, size: page },
          { op: 'unmap', container: 0, iova: 0x800, size: page },
        ],
      ],
    ),
  },
  {
    id: 'map-errors',
    title: 'every refusal of MAP and UNMAP',
    about: 'error codes in check order',
    program: program(
      {},
      [attach(), register(0, 2)],
      [
        [
          map(0, 1, 2),
          map(0x200, 0, 1),
          { op: 'map', container: 0, iova: 0, va: 0x10000, size: page, flags: 4 },
          { op: 'map', container: 0, iova: 0, va: 0x10000, size: page, flags: 0 },
          unmap(0x200, 1),
        ],
      ],
    ),
  },
  {
    id: 'map-remove',
    title: 'MAP against TCE_REMOVE of its window',
    about: 'L1: a table is not freed while it is used',
    notOn: ['spapr/v11'],
    program: program({}, [attach(), register(0, 1), map(1, 0, 1)], [[map(0, 0, 1)], [remove(0)]]),
  },
  {
    id: 'map-detach-legacy',
    title: 'MAP against detach of the legacy group whose table it uses',
    about: 'L1 in the code that lets v2 containers have legacy groups',
    program: program(legacyPair, [attach(), register(0, 1)], [[map(0, 0, 1)], [detach()]]),
  },
  {
    id: 'map-create',
    title: 'MAP against TCE_CREATE',
    about: 'a second window appears beside a first that is pending',
    notOn: ['spapr/v11'],
    program: program({}, [attach(), register(0, 1)], [[map(0, 0, 1)], [create()]]),
  },
  {
    id: 'v1-page-not-contained',
    title: 'v1 MAP of a 4K page into a window of 64K pages',
    about: 'B3: -EPERM, and the page is not left pinned',
    program: program(
      largeIommuPages,
      [attach()],
      [[enable(), { op: 'map', container: 0, iova: 0, va: 0x10000, size: 0x10000 }]],
    ),
  },
  {
    id: 'v1-cycle',
    title: 'the life of a v1 container',
    about: 'ENABLE, MAP, UNMAP, MAP again; DISABLE gives back the charge',
    program: program(
      { ...legacyPair, containers: [1] },
      [attach()],
      [[enable(), map(0, 0, 2), { op: 'disable', container: 0 }], [unmap(0, 1)]],
    ),
  },
];
