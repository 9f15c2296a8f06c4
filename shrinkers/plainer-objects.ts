// Peculiarities of the objects that are left: a memlock limit, a missing table group, a legacy
// table, an alias. Right after the pass that drops whole objects.

import type { AnyProgram } from '../engine/program.ts';
import type { Pass, Shrinker } from './shrinker.ts';
import { type Entry, leaveOut, listOf, type ListName, mapList } from './topology.ts';

/** Fields that objects can do without; shrinkers/fields.test.ts holds the lists to the schemas. */
export const peculiarities = {
  groups: ['noTableGroup', 'kernelDmaLive', 'tables', 'noWindow', 'defaultDomain'],
  processes: ['memlockPages'],
  iommus: [
    'aperture',
    'snoopControl',
    'coherentWalk',
    'cachingMode',
    'isolatedMsi',
    'dirtyTracking',
    'blockedDomain',
    'virtio',
  ],
  devices: [
    'aliasOf',
    'unplugged',
    'noSnoop',
    'emulated',
    'defDomainType',
    'untrusted',
    'kernelDriver',
    'attachDeferred',
    'reserved',
    'maxPasids',
    'ownPasids',
    'ids',
  ],
} as const satisfies Partial<Record<ListName, readonly string[]>>;

/** Fields that the topology itself can do without, besides its lists. */
export const ofTopology = ['allowUnsafeInterrupts'] as const;

/** Tries to leave out each optional field of each object, and members of what is left of them. */
export const plainerObjects: Pass = {
  name: 'plainer objects',
  run(shrinker) {
    for (const kind of Object.keys(peculiarities) as (keyof typeof peculiarities)[]) {
      for (let i = 0; i < listOf(shrinker.best.program, kind).length; i++)
        for (const field of peculiarities[kind]) plainer(shrinker, kind, i, field);
    }
    for (const field of ofTopology) {
      const { program, moves } = shrinker.best;
      if (!Object.hasOwn(program.topology, field)) continue;
      const topology = leaveOut(program.topology as unknown as Entry, field);
      shrinker.considerPlainer({ program: { ...program, topology }, moves });
    }
  },
};

function plainer(shrinker: Shrinker, kind: ListName, i: number, field: string): void {
  const value = () => listOf(shrinker.best.program, kind)[i]?.[field];
  if (value() === undefined) return;
  if (consider(shrinker, kind, i, (entry) => leaveOut(entry, field))) return;
  if (field === 'reserved') {
    const list = () => value() as readonly unknown[];
    for (let at = list().length - 1; at >= 0; at--) {
      const shorter = list().toSpliced(at, 1);
      consider(shrinker, kind, i, (entry) => ({ ...entry, [field]: shorter }));
    }
  }
  if (field === 'virtio')
    for (const part of Object.keys(value() as object))
      consider(shrinker, kind, i, (entry) => ({
        ...entry,
        [field]: leaveOut(entry[field] as Entry, part),
      }));
}

function consider(
  shrinker: Shrinker,
  kind: ListName,
  i: number,
  change: (entry: Entry) => Entry,
): boolean {
  const { program, moves } = shrinker.best;
  const edited: AnyProgram = mapList(program, kind, (entry, at) =>
    at === i ? change(entry) : entry,
  );
  return shrinker.considerPlainer({ program: edited, moves });
}
