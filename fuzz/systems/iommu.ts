// The IOMMU stack as the tool sees it.

import { hostIommu, type IommuDelta } from '../../engine/iommu/index.ts';
import { IommuJudge, iommuWatchersFor } from '../../properties/iommu/judge.ts';
import { iommuProgramSchema } from '../finding/iommuProgram.ts';
import { iommuArbitraries } from '../generate/iommu/index.ts';
import { quirksOf, type SystemAdapter } from './adapter.ts';

export const iommu: SystemAdapter<'iommu'> = {
  system: 'iommu',
  host(whole, deltas, onDelta) {
    const mine = deltas as readonly IommuDelta[];
    const { world, executor: on } = hostIommu(whole, mine, iommuWatchersFor(), onDelta);
    return (program) => {
      const executor = on(program);
      const judge = new IommuJudge(program, world, executor, quirksOf(deltas));
      executor.listener = judge;
      return { executor, judge };
    };
  },
  schema: iommuProgramSchema,
  arbitraries: iommuArbitraries,
};
