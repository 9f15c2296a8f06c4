// D3: merge checks neither start nor size; what is left of a size that is no multiple of the page wraps.

import { EFAULT, EINVAL } from '../../../errno.ts';
import { chunkAt } from '../../../iommu/dirty/chunks.ts';
import { hasDirtyLog, pageSizesOf, smallestPage } from '../../../iommu/dirty/split.ts';
import { countChunk } from '../../../iommu/dirty/tally.ts';
import { ENODEV } from '../../../errno.ts';
import { defect } from '../iommu.ts';

/** Far more than any address space here: what size_t wraps to. */
const wrapped = 2 ** 48;

export const d3 = defect({
  id: 'DRT-D3',
  title: 'merge of a size that is no multiple of the page runs past its range',
  source: 'spec/split-merge-dirty.md §5 D3',
  class: 'missing check',
  violates: 'DRT-006',
  trigger: 'merge of half a page',
  steps: {
    mergeChecks(domain) {
      return hasDirtyLog(domain) ? 0 : ENODEV;
    },
    *mergeRuns(domain, iova, size, protection, detached, tally) {
      const page = smallestPage(domain);
      for (let at = iova, left = size; left !== 0; ) {
        const run = yield* this.mergeRun(domain, at, left);
        if (run === null) return EFAULT;
        if (at % page !== 0) return EINVAL;
        for (let done = 0; done < run.size; ) {
          const from = at + done;
          const chunk = chunkAt(pageSizesOf(domain), run.size - done, from, run.pa + done);
          countChunk(tally, chunk);
          const pa = run.pa + done;
          const ret = yield* this.opsMergePage(domain, from, pa, chunk, protection, detached);
          if (ret !== 0) return ret;
          done += chunk;
        }
        at += run.size;
        left = left < run.size ? wrapped : left - run.size;
      }
      return 0;
    },
  },
});
