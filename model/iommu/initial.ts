// Groups as boot leaves them: devices probed and attached to the group's default domain.
import type { Group } from './state.ts';
import { ownershipEvent, ownershipTable, translationEvents, translationTable } from './tables.ts';
import type { Topology } from './vocabulary.ts';

const used = ownershipEvent({ type: 'USE', through: 'default' });

export function newGroup({ devices, groups }: Topology, index: number): Group {
  const mine = devices.flatMap((d, i) => (d.group === index && d.unplugged !== true ? [i] : []));
  const isEmpty = mine.length === 0;
  const bound = devices.flatMap((d, i) =>
    d.group === index && d.kernelDriver === true ? [i] : [],
  );
  const drivers = bound.filter((i) => mine.includes(i));
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
    members: mine,
    bound,
    claims: [],
    pasids: [],
  };
}
