// Agreement with the machines of model/: two properties that every system has, each with machines of
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

export const agreement = {
  id: 'CON-102',
  title: 'the engine is in a state that the machines are in',
  rule:
    'Between operations, what the machines know of regions, mappings, windows, groups, domains, ' +
    'containers and areas is so.',
  source: 'model/, from the state tables of every spec file',
  blame: 'engine',
} as const satisfies Property;
