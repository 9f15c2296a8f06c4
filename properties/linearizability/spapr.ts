// What operations on SPAPR containers promise: spec/spapr-tce-v2.md §2 to §8 has their locks.

import type { Op, OpName } from '../../model/index.ts';
import type { SpaprProgram } from '../../engine/index.ts';
import { parts, type Promises, step, type Whole } from './promise.ts';

/**
 * What an operation charges is seen by all containers of the process, and whose mm a container is bound
 * to by all processes; only the container's own lock is held.
 */
function isAlone({ topology, setup, tasks }: SpaprProgram): boolean {
  const ops = [...setup, ...tasks.flatMap((t) => t.ops)];
  return (
    topology.containers.length === 1 &&
    topology.processes.length === 1 &&
    !ops.some(({ op }) => op === 'close')
  );
}

const alone = (why: string): Whole<Op, SpaprProgram> => ({
  promise: 'whole',
  why,
  where: 'there is one container, of one process, and nobody closes it',
  applies: (_op, program) => isAlone(program),
});

const looksFirst = parts(
  'binds the container to the mm, and looks whether a group is attached, before it has ' +
    'container->lock: between the two a group may come or go',
);

export const spaprPromises: Promises<OpName, Op, SpaprProgram> = {
  attach: alone('the VFIO core holds group_lock for write; a legacy table is taken under the lock'),
  detach: alone(
    'the VFIO core holds group_lock for write; what is given back follows under the lock',
  ),
  close: parts('calls in flight keep the container: the last of them releases it, after close(2)'),
  enable: alone('holds container->lock from its checks to the flag'),
  disable: alone('holds container->lock; what is given back follows under the lock'),
  register: parts(
    'charge, pins and list are three steps (mm_iommu_new): two that register one new region side by ' +
      'side do not both find it, and the loser gets -EINVAL',
  ),
  unregister: parts(
    'a region whose last use is put still stands in the list for a moment: MAP finds it and gets ' +
      '-ENXIO instead of -EINVAL',
  ),
  map: parts(
    'each entry counts its region, exchanges the TCE and puts what was there: others see a region ' +
      'counted whose entry is not there yet, and entries before others',
  ),
  unmap: parts(
    'each entry exchanges the TCE and then puts the page: others see the entry gone while its region ' +
      'still counts it',
  ),
  create: looksFirst,
  remove: looksFirst,
  info: alone('reads what changes under group_lock only'),
  checkExtension: step('reads nothing that changes'),
  eeh: alone('looks at the mm alone'),
  unknownIoctl: alone('looks at the mm alone'),
};
