// The properties of iommufd: its share of spec/iommu-core.md §7, and rules of its own.

import type { Property } from '../../property.ts';

const engine = { blame: 'engine' } as const;

export const iommufdProperties = {
  users: {
    id: 'CORE-011',
    title: 'Objects are counted',
    rule:
      'At rest users of an iommufd object is 1 and its references, shortterm_users is 1; a group is ' +
      'referred to by its devices, pages by their areas.',
    source: 'spec/iommu-core.md §7.11',
    ...engine,
  },
  addresses: {
    id: 'IFD-001',
    title: 'A mapping’s user addresses do not wrap',
    rule: 'The pages behind an area end below 2^64.',
    source: 'spec/iommu-core.md §6, MAP; real-bugs.md 29',
    ...engine,
  },
  pins: {
    id: 'IFD-004',
    title: 'Pages are pinned once for all areas of their pages that a domain has',
    rule: 'Pins of a page are the iopt_pages of which an area that is in a domain covers it.',
    source: 'spec/iommu-core.md §7.4',
    ...engine,
  },
  lockedVm: {
    id: 'IFD-005',
    title: 'locked_vm is what is pinned',
    rule: 'locked_vm of a process is the number of pages that iommufd has pinned of it.',
    source: 'spec/iommu-core.md §7.5',
    ...engine,
  },
  areas: {
    id: 'IFD-006',
    title: 'Every domain of an IOAS holds exactly its areas',
    rule:
      'Areas are disjoint and have their pages; each domain translates their union and nothing ' +
      'else; domains_itree names the areas that are filled.',
    source: 'spec/iommu-core.md §7.6',
    ...engine,
  },
  attached: {
    id: 'IFD-007',
    title: 'A group translates through the hwpt that its devices are attached to',
    rule:
      'While a device of a group is attached, the group’s domain is that of igroup->hwpt; else ' +
      'there is no hwpt.',
    source: 'spec/iommu-core.md §7.7',
    ...engine,
  },
  reserved: {
    id: 'IFD-008',
    title: 'Reserved ranges are those of attached devices and of the domains',
    rule:
      'An IOAS keeps user mappings off the reserved regions of every device attached through one ' +
      'of its paging hwpts and off what its domains cannot reach, and off nothing else.',
    source: 'spec/iommu-core.md §6, attach and replace; real-bugs.md 36',
    ...engine,
  },
  doorbells: {
    id: 'IFD-009',
    title: 'Interrupts that were set up stay mapped',
    rule: 'Every doorbell that a group needs is mapped in the paging hwpt that it is attached to.',
    source: 'spec/cookies.md §3, §7.8',
    ...engine,
  },
  faults: {
    id: 'IFD-010',
    title: 'A parent of nested tables has no fault queue',
    rule: 'NEST_PARENT and FAULT_ID are never of one hwpt.',
    source: 'spec/cookies.md §4; real-bugs.md 51',
    ...engine,
  },
  answered: {
    id: 'IFD-011',
    title: 'Every page request is answered once',
    rule:
      'Requests of a device that wait for an answer are those that the hwpt has to which the ' +
      'device’s group is attached.',
    source: 'spec/iommu-core.md §3, iopf; real-bugs.md 37, B37',
    ...engine,
  },
  errnos: {
    id: 'IFD-015',
    title: 'Error codes are the listed ones',
    rule: 'An operation of iommufd fails with no other errno than spec/iommu-core.md §6 lists.',
    source: 'spec/iommu-core.md §7.15',
    ...engine,
  },
} satisfies Record<string, Property>;
