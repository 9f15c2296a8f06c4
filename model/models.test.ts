// The specification's machines, checked: nothing is dead, each can be released, every property holds as far
// as it was explored; and errors planted in them are found.
import type { AnyStateMachine } from 'xstate';
import { createMachine } from 'xstate';
import { describe, expect, test } from 'vitest';
import { type AnyModel, checkModel, type ModelResult } from './check/index.ts';
import { runText } from './check/testing.ts';
import { bundledModels, machines } from './index.ts';

const results = Object.fromEntries(
  Object.entries(bundledModels).map(([name, model]) => [name, checkModel(model)]),
);

/** Machines that count without end have a boundary: of them nothing is said to hold. */
const bounded = ['region', 'container', 'domain', 'ownership', 'dirty-log'];

test('every machine is there', () => {
  const checked = new Set(
    Object.values(bundledModels).flatMap((m) => ('machines' in m ? [] : [m.machine])),
  );
  expect(machines.filter(({ machine }) => !checked.has(machine))).toEqual([]);
});

test.each(Object.entries(results))('%s: no dead part, no property violated', (name, result) => {
  const verdict = bounded.includes(name) ? 'inconclusive' : 'holds';
  expect({ ...result, ...result.coverage, verdict: result.verdict }).toMatchObject({
    verdict,
    neverEntered: [],
    neverTaken: [],
  });
  for (const property of result.properties)
    expect([property.name, property.verdict, runText(property)]).toEqual([
      property.name,
      verdict,
      'none',
    ]);
  expect(result.hit.length > 0).toBe(bounded.includes(name));
});

test('states and steps, as the alphabets and boundaries give them', () => {
  const sizes = Object.entries(results).map(([name, r]) => `${name} ${r.states} ${r.steps}`);
  expect(sizes).toMatchInlineSnapshot(`
    [
      "region 21 98",
      "container 40 2472",
      "window 2 13",
      "entry 2 4",
      "domain 4 17",
      "domain-of-two-groups 4 16",
      "ownership 5 136",
      "cookie 32 208",
      "dirty-log 3 65",
      "translation 4 44",
      "block 4 44",
      "coherency 4 24",
      "endpoint 2 22",
      "type1 3 38",
      "area 4 15",
    ]
  `);
});

test('only a freed cookie is terminal', () => {
  const terminal = Object.entries(results).filter(([, result]) => result.terminal.length > 0);
  expect(terminal.map(([name, { terminal: all }]) => [name, all.length])).toEqual([['cookie', 6]]);
});

type Plain = Record<string, never>;

/** The machine with a part of its configuration replaced. */
function planted(name: string, change: (states: Record<string, { on: Plain }>) => void): AnyModel {
  const model = bundledModels[name] as AnyModel & { readonly machine: AnyStateMachine };
  const { config, implementations } = model.machine;
  const states = Object.fromEntries(
    Object.entries(config.states as Record<string, { on: Plain }>).map(([state, own]) => [
      state,
      { ...own, on: { ...own.on } },
    ]),
  );
  change(states);
  return {
    ...model,
    maxStates: 1000,
    machine: createMachine({ ...config, states } as never, implementations),
  };
}

const broken = ({ properties, coverage }: ModelResult<unknown>) => [
  ...properties.filter(({ verdict }) => verdict === 'violated').map((p) => [p.name, runText(p)]),
  ...coverage.neverEntered.map((state) => ['never entered', state]),
  ...coverage.neverTaken.map((transition) => ['never taken', transition]),
];

const ok = { type: 'answer', params: { ret: 0 } };
const refused = { type: 'answer', params: { ret: -16 } };

describe('planted errors', () => {
  const cases: readonly (readonly [string, string, Parameters<typeof planted>[1]])[] = [
    [
      'a region that drains for ever',
      'region',
      (s) => (s['draining']!.on['RELEASED'] = { actions: [ok] } as never),
    ],
    [
      'a refusal that frees',
      'domain',
      (s) => (s['inUse']!.on['FREE'] = { target: 'absent', actions: [refused] } as never),
    ],
    [
      'a claim that is lost',
      'ownership',
      (s) => (s['unowned']!.on['TAKEN'] = { target: 'owned', actions: [ok] } as never),
    ],
    [
      'an area that never fills',
      'area',
      (s) => (s['pending']!.on['FILLED'] = { actions: [ok] } as never),
    ],
    [
      'a window that stays',
      'window',
      (s) => (s['present']!.on['REMOVE'] = { actions: [ok] } as never),
    ],
    [
      'an event without an answer',
      'entry',
      (s) => (s['clear']!.on['CLEAR'] = { actions: [], reenter: true, target: 'clear' } as never),
    ],
    [
      'coherency that is taken back',
      'coherency',
      (s) => (s['forced']!.on['ATTACH'] = { target: 'snooping', actions: [ok] } as never),
    ],
    [
      'a block that is stuck in a larger one',
      'block',
      (s) => (s['covered']!.on['UNMAP'] = { actions: [ok] } as never),
    ],
  ];

  test.each(cases)('%s', (_, name, change) => {
    expect(broken(checkModel(planted(name, change)))).toMatchSnapshot();
  });

  test('the machine rebuilt without a change is as it was', () => {
    for (const [name, model] of Object.entries(bundledModels))
      if (!('machines' in model)) expect(broken(checkModel(planted(name, () => {})))).toEqual([]);
  });
});
