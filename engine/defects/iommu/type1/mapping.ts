// Defects of type1's MAP and UNMAP: spec/iommu-core.md §5, §12, spec/real-bugs.md.

import { prot } from '../../../iommu/core/leaf.ts';
import { defect } from '../iommu.ts';

export const endWraps = defect({
  id: 'VFIO-end-wraps',
  title: 'the end of a mapping of the last page is 0',
  source:
    'spec/real-bugs.md 53 (ef270ec44637, 6012379ede6a, 1196f1f897d4: 6.18); spec/iommu-core.md §5',
  class: 'overflow',
  violates: 'CORE-006',
  trigger: 'MAP of the last page of the address space, twice',
  steps: {
    type1End(iova, size) {
      const end = iova + size;
      return end === 2 ** 64 ? 0 : end;
    },
  },
});

export const mapUnwind = defect({
  id: 'VFIO-map-unwind',
  title: 'a MAP that fails in one domain stays in the first',
  source: 'spec/real-bugs.md 106 (as the mechanism allows): put right before every revision here',
  class: 'planted',
  violates: 'CORE-004',
  trigger: 'MAP into two domains, the second without memory for a table',
  steps: {
    type1ToUnwind(domains, failed) {
      return domains.slice(1, failed).reverse();
    },
  },
});

export const replayUnwind = defect({
  id: 'VFIO-replay-unwind',
  title: 'a replay that fails leaves the pages pinned that it has mapped',
  source: 'spec/iommu-core.md §12 S12; aae7a75a821a: put right before every revision here',
  class: 'planted',
  violates: 'VFIO-004',
  trigger: 'two mappings of a mediated device, then a group whose second mapping fails',
  steps: {
    *vfioIommuReplayUnwind() {
      yield this.world.env.local;
    },
  },
});

export const ownerChange = defect({
  id: 'VFIO-owner-change',
  title: 'MAP with VADDR by another process leaves the pages accounted to the first',
  source: 'spec/real-bugs.md 56 (vfio/type1: track locked_vm per dma; restore locked_vm)',
  class: 'accounting',
  violates: 'CORE-005',
  trigger: 'MAP, UNMAP with VADDR, MAP with VADDR by another process',
  steps: {
    *vfioChangeDmaOwner(dma) {
      const mm = yield* this.type1CurrentMm();
      yield dma.mm.write;
      dma.mm.value = mm;
      return 0;
    },
  },
});

export const execAccounts = defect({
  id: 'VFIO-exec-accounts',
  title: 'pages are given back to the memory that the process has now',
  source:
    'spec/real-bugs.md 54 (046eca5018f8, vfio/type1: prevent underflow of locked_vm via exec)',
  class: 'accounting',
  violates: 'CORE-005',
  trigger: 'MAP, exec, UNMAP',
  steps: {
    *type1AccountedMm(dma) {
      yield dma.mm.read;
      const process = this.world.vfio.processes[dma.mm.value.index];
      if (process === undefined) return dma.mm.value;
      yield process.mm.readOnce;
      return process.mm.value;
    },
  },
});

export const unpinFirst = defect({
  id: 'VFIO-unpin-first',
  title: 'UNMAP unpins before the IOTLB is flushed',
  source: 'spec/iommu-core.md §2 (rule of the gather), §7.4: planted',
  class: 'planted',
  violates: 'CORE-004',
  trigger: 'UNMAP while a device with a cached translation writes',
  steps: {
    *vfioSyncUnpin(domain, gather, runs) {
      for (const run of runs) yield* this.vfioUnpinRun(run);
      yield* this.iommuIotlbSync(domain, gather);
      const bytes = runs.reduce((sum, run) => sum + run.size, 0);
      return bytes / 2 ** this.world.geometry.pageShift;
    },
  },
});

export const entryLost = defect({
  id: 'VFIO-dma-avail',
  title: 'UNMAP does not give the entry back',
  source: 'spec/iommu-core.md §7.12: planted',
  class: 'planted',
  violates: 'CORE-012',
  trigger: 'MAP, UNMAP',
  steps: {
    *type1DmaAvailable() {
      yield this.world.env.local;
    },
  },
});

export const writeAlways = defect({
  id: 'VFIO-write-always',
  title: 'a mapping for reading lets devices write, too',
  source: 'spec/iommu-core.md §5, §7.6: planted',
  class: 'planted',
  violates: 'CORE-006',
  trigger: 'MAP with the READ flag only',
  steps: {
    *type1MapRun(iommu, dma, offset, run) {
      const both = prot.read | prot.write;
      const ret = yield* this.vfioIommuMap(iommu, dma.iova + offset, run, both);
      if (ret !== 0) yield* this.vfioUnpinPagesRemote(dma, dma.iova + offset, run);
      return ret;
    },
  },
});
