// Agreement with the machines of model/: three properties that every system has, each with machines of
// its own.

import type { Property } from './property.ts';

export const conformance = {
  id: 'CON-101',
  title: 'every result is one that the machines allow',
  rule:
    'There is an order of the atomic parts of all operations, each within its call, in which the ' +
    'machines give every result that was seen.',
  source: 'model/, from the tables of operations of every spec file',
  blame: 'engine',
} as const satisfies Property;

export const atomicity = {
  id: 'CON-103',
  title: 'operations that promise atomicity are linearizable',
  rule:
    'There is an order in which each operation that promises to be atomic is one step of the machines ' +
    'between its call and its return, and they give every result and the state that was seen. Told ' +
    'where CON-101 and CON-102 hold: with the small steps of the same operations there is one.',
  source: 'properties/linearizability/, from the locks that the spec files say are held',
  blame: 'engine',
} as const satisfies Property;

export const agreement = {
  id: 'CON-102',
  title: 'the engine is in a state that the machines are in',
  rule:
    'Between operations, what the machines know of regions, mappings, windows, groups, domains, ' +
    'containers and areas is so.',
  source: 'model/, from the state tables of every spec file',
  blame: 'engine',
} as const satisfies Property;
