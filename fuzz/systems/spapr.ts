// VFIO SPAPR registration as the tool sees it.

import { boot, type SpaprDelta } from '../../engine/index.ts';
import { SpaprJudge, watchersFor } from '../../properties/index.ts';
import { spaprProgramSchema } from '../finding/spaprProgram.ts';
import { program as registration } from '../generate/spapr.ts';
import { quirksOf, type SystemAdapter } from './adapter.ts';

export const spapr: SystemAdapter<'spapr'> = {
  system: 'spapr',
  instantiate(program, deltas, onDelta) {
    const mine = deltas as readonly SpaprDelta[];
    const { world, executor } = boot(program, mine, watchersFor(program), onDelta);
    const judge = new SpaprJudge(program, world, executor, quirksOf(deltas));
    executor.listener = judge;
    return { executor, judge };
  },
  schema: spaprProgramSchema,
  arbitraries: { registration },
};
