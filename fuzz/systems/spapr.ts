// VFIO SPAPR registration as the tool sees it.

import { host, isClosable, type SpaprDelta } from '../../engine/index.ts';
import { Refinement, SpaprJudge, watchersFor } from '../../properties/index.ts';
import { spaprProgramSchema } from '../finding/spaprProgram.ts';
import { program as registration } from '../generate/spapr.ts';
import { quirksOf, type SystemAdapter } from './adapter.ts';

export const spapr: SystemAdapter<'spapr'> = {
  system: 'spapr',
  host(whole, deltas, onDelta) {
    const mine = deltas as readonly SpaprDelta[];
    const { world, executor: on } = host(whole, mine, watchersFor(whole), onDelta);
    const closable = isClosable(whole);
    const quirks = quirksOf(deltas);
    // What follows from calls is the same in all programs of a host.
    const refinement = new Refinement();
    return (program) => {
      const executor = on(program);
      const judge = new SpaprJudge(program, world, executor, quirks, closable, refinement);
      executor.listener = judge;
      return { executor, judge };
    };
  },
  schema: spaprProgramSchema,
  arbitraries: { registration },
};
