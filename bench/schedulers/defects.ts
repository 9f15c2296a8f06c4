// The defects that schedulers are compared on: each needs three ordered pairs of steps of different
// tasks or more, so that no run with one preemption shows it (depth.test.ts). Most are of the
// catalogue, in bundled scenarios; toys are textbook bugs that the kernel code has no place for.

import { deltaById } from '../../engine/defects/index.ts';
import { instantiate } from '../../fuzz/instance.ts';
import type { Subject } from '../../fuzz/run.ts';
import { scenarioById } from '../../fuzz/scenarios/index.ts';
import { freeList, peterson, resurrection } from './toys/lockFree.ts';
import { doubleFetch, threeWindows, tornRead, twoWindows } from './toys/windows.ts';

export interface SeededDefect {
  readonly name: string;
  /** What a run must violate to count. */
  readonly property: string;
  readonly key: string;
  readonly boot: () => Subject;
}

function bundled(id: string, scenario: string, property: string, key: string): SeededDefect {
  const boot = () => {
    const [delta, known] = [deltaById(id), scenarioById(scenario)];
    if (delta === undefined || known === undefined) throw new Error(`no ${id} or no ${scenario}`);
    return instantiate(known.program, [delta]);
  };
  return { name: `${id} ${scenario}`, property, key, boot };
}

const own = (name: string, boot: () => Subject, key: string): SeededDefect => ({
  name: `toy ${name}`,
  property: 'bug',
  key,
  boot,
});

export const seededDefects: readonly SeededDefect[] = [
  bundled('L1', 'map-remove', 'use-after-free', 'it_userspace'),
  bundled('U3', 'two-containers-one-region', 'use-after-free', 'region'),
  bundled('BUG-M', 'foreign-process', 'CON-101', 'map -EINVAL'),
  bundled('CORE-P2', 'mapping/neighbours', 'CORE-001', 'not mapped'),
  bundled('CORE-P5', 'attach/refused-half-way', 'use-after-free', 'page_table'),
  bundled('CORE-P5', 'attach/detached-in-flight', 'use-after-free', 'page_table'),
  bundled('CORE-P5', 'attach/unplug-last', 'use-after-free', 'page_table'),
  bundled('CORE-P2', 'mapping/dma-api', 'CORE-001', 'not mapped'),
  bundled('ATT-1', 'attach/refused-half-way', 'use-after-free', 'domain'),
  bundled('ATT-3', 'attach/hot-plug-or-attach', 'OWN-005', 'another domain'),
  bundled('ATT-3', 'attach/hot-plug-or-claim', 'OWN-005', 'another domain'),
  bundled('ATT-4', 'attach/two-paths-refused', 'use-after-free', 'dev_iommu'),
  bundled('ATT-31', 'attach/detach-refused', 'use-after-free', 'domain'),
  bundled('DRT-P1', 'dirty/split-clean-write', 'DRT-001', 'write'),
  bundled('DRT-P1', 'dirty/split-look-up', 'DRT-001', 'look up'),
  bundled('VFIO-ioctl-unlocked', 'type1/container-close', 'leak', 'vfio_dma'),
  own('free list', freeList, 'a node is taken twice'),
  own('resurrection', resurrection, 'a freed object is used'),
  own("Peterson's lock", peterson, 'two tasks are inside'),
  own('torn read', tornRead, 'a torn read is accepted'),
  own('double fetch', doubleFetch, 'a copy is too long'),
  own('two windows', twoWindows, 'all windows are open'),
  own('three windows', threeWindows, 'all windows are open'),
];
