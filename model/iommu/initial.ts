// Groups as boot leaves them: devices probed and attached to the group's default domain.
import type { OwnershipEvent } from './ownership.ts';
import type { Group } from './state.ts';
import {
  ownershipAlphabet,
  ownershipTable,
  translationEvents,
  translationTable,
} from './tables.ts';
import type { Topology } from './vocabulary.ts';

const used = ownershipAlphabet.find(
  (e) => e.type === 'USE' && e.through === 'default',
) as OwnershipEvent;

export function newGroup({ devices, groups }: Topology, index: number): Group {
  const mine = devices.flatMap((d, i) => (d.group === index && d.unplugged !== true ? [i] : []));
  const isEmpty = mine.length === 0;
  const drivers = mine.filter((i) => devices[i]?.kernelDriver === true);
  const empty = translationTable.root();
  return {
    ownership: drivers.reduce(
      (node) => ownershipTable.step(node, used).node,
      ownershipTable.root(),
    ),
    translation: isEmpty ? empty : translationTable.step(empty, translationEvents.restored).node,
    owner: 0,
    domain: isEmpty ? null : 'default',
    standard: isEmpty ? null : (groups[index]?.defaultDomain ?? 'dma'),
    blocking: false,
    devices: mine,
    pasids: [],
  };
}
