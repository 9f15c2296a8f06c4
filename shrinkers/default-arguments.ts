// Arguments that a well-made call leaves out. Before the values, so that none is lowered that can
// go altogether.

import type { Op } from '../engine/vfio/vocabulary.ts';
import { mapOps, opsOf } from './edit.ts';
import type { Pass } from './shrinker.ts';

const optional = ['flags', 'shortArgsz', 'badPointer', 'readOnlyPointer'] as const;

/** Leaves out flags, for which there is a default, and the marks of badly made calls. */
export const defaultArguments: Pass = {
  name: 'default arguments',
  run(shrinker) {
    for (const i of opsOf(shrinker.best.program).keys()) {
      for (const field of optional) {
        const { program, moves } = shrinker.best;
        if (!(field in (opsOf(program)[i] as Op))) continue;
        const edited = mapOps(program, (op, at) => (at === i ? without(op, field) : op));
        shrinker.considerPlainer({ program: edited, moves });
      }
    }
  },
};

function without(op: Op, field: string): Op {
  return Object.fromEntries(Object.entries(op).filter(([name]) => name !== field)) as unknown as Op;
}
