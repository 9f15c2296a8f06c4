// Peculiarities of the objects that are left: a memlock limit, a missing table group, a legacy
// table. Right after the pass that drops whole objects.

import type { Program } from '../engine/vfio/vocabulary.ts';
import type { Pass } from './shrinker.ts';

const peculiarities = {
  groups: ['noTableGroup', 'kernelDmaLive', 'tables', 'noWindow'],
  processes: ['memlockPages'],
} as const;

/** Tries to leave out each optional field of each group and process. */
export const plainerObjects: Pass = {
  name: 'plainer objects',
  run(shrinker) {
    for (const kind of ['groups', 'processes'] as const) {
      for (let i = 0; i < shrinker.best.program.topology[kind].length; i++) {
        for (const field of peculiarities[kind]) {
          const { program, moves } = shrinker.best;
          const plainer = leaveOut(program, kind, i, field);
          if (plainer !== null) shrinker.considerPlainer({ program: plainer, moves });
        }
      }
    }
  },
};

function leaveOut(
  program: Program,
  kind: 'groups' | 'processes',
  i: number,
  field: string,
): Program | null {
  const objects: readonly object[] = program.topology[kind];
  const object = objects[i] as object;
  if (!(field in object)) return null;
  const entries = Object.entries(object).filter(([name]) => name !== field);
  const topology = { ...program.topology, [kind]: objects.with(i, Object.fromEntries(entries)) };
  return { ...program, topology };
}
