// Contexts of the bundled scenarios: each scenario is a program of its context, and lawful ones break no
// rule for callers.

import { expect, test } from 'vitest';
import type { AnyProgram } from '../../engine/program.ts';
import { type Scenario, scenarios } from '../scenarios/index.ts';
import { brokenRule } from './callers.ts';
import { keyOf, type ScopeContext, vocabularyOf } from './context.ts';
import { contextsIn, vocabularies } from './contexts.ts';
import { shapesWithin } from './plan.ts';
import { Programs } from './programs.ts';

const scopeContexts = contextsIn('full');
const lawful = scenarios.filter((s) => s.callers === undefined);
const contextOf = ({ id }: Scenario) =>
  scopeContexts.find((c) => c.scenarios.includes(id)) as ScopeContext;

/** Up to the order of tasks. */
const textOf = (tasks: AnyProgram['tasks']) => tasks.map(keyOf).sort().join('\n');

test.each(vocabularies)('%s: every lawful scenario is in one context, of its host', (size) => {
  const contexts = contextsIn(size);
  for (const scenario of lawful) {
    const of = contexts.filter((c) => c.scenarios.includes(scenario.id));
    expect(of.map((c) => c.subsystem)).toEqual([scenario.subsystem]);
    const { topology, setup, faults, system } = of[0]!.whole;
    const mine = scenario.program;
    expect({ topology, setup, faults, system }).toEqual({
      topology: mine.topology,
      setup: mine.setup,
      faults: mine.faults,
      system: mine.system,
    });
    const letters = new Set(vocabularyOf(of[0]!).map(keyOf));
    for (const { process, ops } of mine.tasks as AnyProgram['tasks'])
      for (const op of ops) expect(letters).toContain(keyOf({ process, op }));
  }
  const careless = scenarios.filter((s) => s.callers === 'careless').map((s) => s.id);
  expect(contexts.flatMap((c) => c.scenarios).filter((id) => careless.includes(id))).toEqual([]);
});

const programs = new Map<ScopeContext, ReadonlySet<string>>();

/** The texts of all programs of scope 2x2. */
function within(context: ScopeContext): ReadonlySet<string> {
  let texts = programs.get(context);
  if (texts === undefined) {
    const all = new Programs(context);
    const made = shapesWithin(2, 2).flatMap((shape) =>
      [...all.range(shape)].map((placed) => textOf(all.program(shape, placed).tasks)),
    );
    programs.set(context, (texts = new Set(made)));
  }
  return texts;
}

const small = lawful.filter(
  ({ program: { tasks } }) => tasks.length <= 2 && tasks.every(({ ops }) => ops.length <= 2),
);

test('every lawful scenario that fits is a program of scope 2x2', () => {
  expect(small.length).toBeGreaterThan(150);
  for (const scenario of small) {
    const { tasks }: AnyProgram = scenario.program;
    expect(within(contextOf(scenario)), scenario.id).toContain(textOf(tasks));
  }
});

test('no lawful scenario breaks a rule for callers', () => {
  const broken = lawful.map((s) => [s.id, brokenRule(s.program, contextOf(s).whole)]);
  expect(broken.filter(([, rule]) => rule !== null)).toEqual([]);
});

test('ids are unique, and no operation stands twice in a vocabulary', () => {
  const ids = scopeContexts.map((c) => c.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const context of scopeContexts) {
    const letters = vocabularyOf(context).map(keyOf);
    expect(new Set(letters).size).toBe(letters.length);
  }
});
