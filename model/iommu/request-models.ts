// What must hold of the machines of the IOMMU stack that translate, map and answer requests; all are finite.
import { type AnyModel, alwaysStep, canAlways, leadsTo } from '../check/index.ts';
import { specified } from '../refusal.ts';
import { areaAlphabet, areaMachine } from './area.ts';
import { blockAlphabet, blockMachine } from './block.ts';
import { coherencyAlphabet, coherencyMachine } from './coherency.ts';
import { endpointAlphabet, endpointMachine } from './endpoint.ts';
import { translationAlphabet, translationMachine } from './translation.ts';
import { type1Alphabet, type1Machine } from './type1.ts';

const translation = specified(translationMachine, {
  events: translationAlphabet,
  properties: [
    canAlways('the group can always be emptied', 'empty'),
    leadsTo('a restored group is on its default domain', 'attached', 'default', ['RESTORED']),
  ],
});

const block = specified(blockMachine, {
  events: blockAlphabet,
  properties: [
    canAlways('it can always be unmapped', 'absent'),
    leadsTo('an unmapped leaf goes', 'leaf', 'absent', ['UNMAP']),
    leadsTo('an unmapped part goes', 'covered', 'absent', ['UNMAP']),
  ],
});

const coherency = specified(coherencyMachine, {
  inputs: (['intel', 'amd', 'none'] as const).map((by) => ({ by })),
  events: coherencyAlphabet,
  properties: [
    alwaysStep(
      'forced for good',
      ({ before, after }) => before.value !== 'forced' || after.value === 'forced',
    ),
  ],
});

const endpoint = specified(endpointMachine, {
  events: endpointAlphabet,
  properties: [
    canAlways('it can always be released', 'detached'),
    leadsTo('a released endpoint is detached', 'attached', 'detached', ['RELEASE']),
  ],
});

const type1 = specified(type1Machine, {
  events: type1Alphabet,
  properties: [
    canAlways('it can always lose its driver', 'bare'),
    alwaysStep(
      'the version never changes under a driver',
      ({ before, after }) =>
        before.value === 'bare' || after.value === 'bare' || before.value === after.value,
    ),
  ],
});

const area = specified(areaMachine, {
  events: areaAlphabet,
  properties: [
    canAlways('it can always be unmapped', 'absent'),
    leadsTo('filling ends', 'pending', ({ value }) => value !== 'pending', ['FILLED']),
    leadsTo('an area that leaves is gone', 'leaving', 'absent', ['REMOVED']),
  ],
});

export const requestModels: Readonly<Record<string, AnyModel>> = {
  translation,
  block,
  coherency,
  endpoint,
  type1,
  area,
};
