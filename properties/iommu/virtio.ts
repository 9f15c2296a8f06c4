// The properties of virtio-iommu and their judge: spec/virtio-domain.md §9.

import type { IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import type { Part } from './part.ts';
import { VirtioCalls } from './virtioCalls.ts';
import { virtioProperties } from './virtioCatalogue.ts';
import { checkVirtio } from './virtioState.ts';

export { uncheckable } from './virtioCatalogue.ts';

/** Operations that leave an UNMAP in the queue: their callers sync later. */
const lazy: ReadonlySet<string> = new Set(['iommu_unmap_fast', 'dma_unmap']);

function unmapsLazily({ setup, tasks }: IommuProgram): boolean {
  return [...setup, ...tasks.flatMap((t) => t.ops)].some(({ op }) => lazy.has(op));
}

export const virtioPart: Part = {
  properties: Object.values(virtioProperties),
  judge(world, program) {
    if (world.virtio.instances.length === 0) return {};
    const calls = new VirtioCalls(world, program);
    const lazily = unmapsLazily(program);
    return {
      onBegin: (op, task) => calls.begin(op, task),
      onEnd: (op, result, task) => calls.end(op, result, task),
      quiescent: () => checkVirtio(world, lazily),
    };
  },
};
