// The properties of virtio-iommu: spec/virtio-domain.md §9, number by number.

import type { Property } from '../property.ts';
import type { Uncheckable } from './part.ts';

const property = (invariant: number, title: string, rule: string): Property => ({
  id: `VIO-0${String(invariant).padStart(2, '0')}`,
  title,
  rule,
  source: `spec/virtio-domain.md §9.${invariant}`,
  blame: 'engine',
});

export const virtioProperties = {
  ids: property(
    1,
    'domain ids are unique',
    'two domains of one instance never share an id; each is in the device’s range; ' +
      'none is refused while one is free',
  ),
  constant: property(
    2,
    'a domain stays what it is',
    'a domain belongs to one instance once and for ever; its id and flags do not change',
  ),
  counts: property(
    3,
    'nr_endpoints counts',
    'nr_endpoints of a domain is the number of endpoints whose domain it is',
  ),
  attached: property(
    4,
    'the device agrees where endpoints are',
    'every id of an endpoint is attached at the device to the domain that the driver says',
  ),
  mapped: property(
    5,
    'the device has what is mapped',
    'while a domain has endpoints the device has all its mappings, equal in address and flags',
  ),
  unattached: property(
    6,
    'without endpoints nothing is at the device',
    'the device has no domain, and the queue no request, of a domain without endpoints',
  ),
  disjoint: property(
    7,
    'mappings are disjoint',
    'mappings of a domain do not overlap, are inside its aperture and aligned to the granule',
  ),
  shadow: property(
    8,
    'what is answered is what is in the tree',
    'an address translates if and only if it is in a mapping; an unmap of 0 bytes changes nothing',
  ),
  unmapped: property(
    9,
    'what is unmapped is gone after the sync',
    'after iotlb_sync the device translates nothing that an unmap has returned before',
  ),
  unchanged: property(
    10,
    'a failed attach changes nothing',
    'after an attach that fails the old domain is reachable exactly as before',
  ),
  unanswered: property(
    11,
    'no answer is no success',
    'a request completed with a used length of 0 is never taken to have succeeded',
  ),
  bypass: property(
    12,
    'bypass domains have no mappings',
    'a bypass domain has no mappings and gets no MAP or UNMAP; the flag of an id does not change',
  ),
  freed: property(
    13,
    'domains are freed alone and once',
    'a domain is freed without endpoints, and its id with it, once; static domains never are',
  ),
  foreign: property(
    14,
    'a domain of another instance is refused',
    'attaching a domain of another instance fails without any effect',
  ),
  reserved: property(
    15,
    'reserved regions stay free',
    'no mapping of a domain touches a reserved region of any of its endpoints',
  ),
} as const satisfies Record<string, Property>;

/** Parts of invariants that no property here looks at, and why. */
export const uncheckable: readonly Uncheckable[] = [
  {
    invariant: 'spec/virtio-domain.md §9.2',
    why: 'page sizes and aperture are constants of a domain in the engine: they cannot change',
  },
];
