// The IOMMU stack as the tool sees it.

import { bootIommu, type IommuDelta } from '../../engine/iommu/index.ts';
import { IommuJudge, iommuWatchersFor } from '../../properties/iommu/judge.ts';
import { iommuProgramSchema } from '../finding/iommuProgram.ts';
import { iommuArbitraries } from '../generate/iommu/index.ts';
import { quirksOf, type SystemAdapter } from './adapter.ts';

export const iommu: SystemAdapter<'iommu'> = {
  system: 'iommu',
  instantiate(program, deltas, onDelta) {
    const mine = deltas as readonly IommuDelta[];
    const { world, executor } = bootIommu(program, mine, iommuWatchersFor(), onDelta);
    const judge = new IommuJudge(program, world, executor, quirksOf(deltas));
    executor.listener = judge;
    return { executor, judge };
  },
  schema: iommuProgramSchema,
  arbitraries: iommuArbitraries,
};
