// The properties of domain cookies: spec/cookies.md §7.

import type { Property } from '../../property.ts';

const property = (n: number, title: string, rule: string): Property => ({
  id: `CKE-${String(n).padStart(3, '0')}`,
  title,
  rule,
  source: `spec/cookies.md §7.${n}`,
  blame: 'engine',
});

export const cookieProperties = {
  once: property(
    1,
    'A domain has one cookie in its life',
    'A cookie that was made for a domain is the domain’s cookie as long as both live.',
  ),
  taken: property(
    2,
    'Who comes second gets nothing',
    'Where a domain has a cookie, get_dma_cookie and get_msi_cookie are -EEXIST (or -EINVAL, by ' +
      'the type), and set_fault_handler installs nothing.',
  ),
  discriminated: property(
    3,
    'The union holds what its tag says',
    'The member of the domain’s union is the one of its cookie_type, and it lives.',
  ),
  kind: property(
    4,
    'Each kind of domain has its kind of cookie',
    'DMA_IOVA is of DMA domains, DMA_MSI of UNMANAGED ones, IOMMUFD of UNMANAGED and NESTED ones, ' +
      'SVA of SVA domains; every DMA domain has DMA_IOVA and every SVA domain SVA.',
  ),
  released: property(
    5,
    'Freeing a domain releases what its tag says, once',
    'No cookie outlives its domain; mm_count is 1 and the number of SVA domains of the mm.',
  ),
  pages: property(
    6,
    'One IOVA page for each doorbell page',
    'The doorbells of a domain are different pages at different IOVAs within the window, and each ' +
      'is mapped there.',
  ),
  bump: property(
    7,
    'msi_iova counts the pages handed out',
    'msi_iova is base + granule * pages; a failure leaves it unchanged.',
  ),
  mapped: property(
    8,
    'A prepared interrupt can be delivered',
    'Where prepare_msi returns 0 behind a translating domain, the message’s address is mapped to ' +
      'the doorbell in the domain that is attached.',
  ),
  allocator: property(
    9,
    'The IOVA allocator hands out ranges that are apart',
    'Allocated ranges are disjoint, inside the limits and off the reserved regions, and every ' +
      'doorbell of the cookie is in one.',
  ),
  flushed: property(
    10,
    'An IOVA is free only after the flush',
    'What waits in the flush queue is still allocated, and the IOTLB of a DMA domain translates ' +
      'nothing that is free.',
  ),
  window: property(
    11,
    'VFIO’s domain has its MSI window before interrupts are requested',
    'A domain of VFIO that a device with a SW_MSI region is attached to has an MSI cookie.',
  ),
  owned: property(
    12,
    'Nobody else has a cookie in iommufd’s domain',
    'A domain of iommufd never has a DMA or MSI cookie that iommufd did not ask for.',
  ),
} satisfies Record<string, Property>;
