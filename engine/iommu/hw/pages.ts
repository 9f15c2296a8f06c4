// Physical pages: the page allocator and get_user_pages, for one page. A page is free when its owner
// has given it back and nobody has it pinned.

import { EFAULT, EINVAL, ENOMEM } from '../../errno.ts';
import type { Steps } from '../../runtime/index.ts';
import type { PhysPage } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';

export class PageSteps {
  /** alloc_page, of this very page: -ENOMEM where it is not free. */
  *allocPage(this: IommuKernel, page: PhysPage): Steps<number> {
    yield page.pins.readOnce;
    if (page.pins.value !== 0) return ENOMEM;
    yield page.allocated.exchange;
    if (page.allocated.value) return ENOMEM;
    page.allocated.value = true;
    yield page.generation.exchange;
    page.generation.value = page.generation.value + 1;
    return 0;
  }

  /** __free_page by the owner; pins keep the page. */
  *freePage(this: IommuKernel, page: PhysPage): Steps<number> {
    yield page.allocated.exchange;
    if (!page.allocated.value) return EINVAL;
    page.allocated.value = false;
    return 0;
  }

  /** pin_user_pages: the reference first, then whether the page is still there. */
  *pinPage(this: IommuKernel, page: PhysPage): Steps<number> {
    yield page.pins.inc;
    yield page.allocated.readOnce;
    if (page.allocated.value) return 0;
    yield page.pins.dec;
    return EFAULT;
  }

  /** unpin_user_page. */
  *unpinPage(this: IommuKernel, page: PhysPage): Steps {
    yield page.pins.dec;
  }
}
