// The properties of mapping and their judge: spec/iommu-core.md §7.

import { mappingProperties } from './mapping/catalogue.ts';
import { MappingCalls } from './mapping/calls.ts';
import { PageCalls } from './mapping/pages.ts';
import { MappingState } from './mapping/state.ts';
import type { Part } from './part.ts';

export { uncheckable } from './mapping/catalogue.ts';

export const mappingPart: Part = {
  properties: Object.values(mappingProperties),
  judge(world, program) {
    const calls = new MappingCalls(world, program);
    const pages = new PageCalls(world);
    const state = new MappingState(world, (domain) => calls.expectedOf(domain));
    return {
      onBegin: (op, task) => calls.begin(op, task),
      onEnd(op, result, task) {
        calls.end(op, result, task);
        pages.end(op, result);
      },
      looks: (op) => calls.looks(op) || pages.looks(op),
      quiescent: () => state.check(),
      final: () => state.final(),
    };
  },
};
