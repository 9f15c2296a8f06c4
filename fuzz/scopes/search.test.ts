// One host for many programs changes nothing: the same states and violations as with a host for each.
// And a program that is skipped as equal has those of the one that is visited.

import { describe, expect, test } from 'vitest';
import { deltaById } from '../../engine/defects/index.ts';
import type { AnyProgram } from '../../engine/program.ts';
import { ExhaustiveSearch } from '../explore/exhaustive.ts';
import { type Reduction, reductions } from '../explore/reductions.ts';
import { instantiate } from '../instance.ts';
import { type Booted, hostProgram } from '../systems/index.ts';
import { keyOf, type ScopeContext, vocabularyOf } from './context.ts';
import { contextsIn } from './contexts.ts';
import { type ScopePlan, shapesWithin } from './plan.ts';
import { Programs } from './programs.ts';
import { renamingsOf } from './renaming.ts';
import { type Failure, Hosts, runScopeJob } from './search.ts';

function seen({ executor, judge }: Booted) {
  const violations = new Set<string>();
  const { states, transitions, complete } = new ExhaustiveSearch(executor, judge, {
    maxStates: 200_000,
    maxDepth: 20_000,
    preemptions: Number.POSITIVE_INFINITY,
    onViolation: ({ property, key }) => {
      violations.add(`${property} (${key})`);
      return true;
    },
  }).run();
  return { states, transitions, complete, violations: [...violations].sort() };
}

/** Some programs of scope 2x2, from all over it. */
function sample(context: ScopeContext, count: number): AnyProgram[] {
  const programs = new Programs(context);
  const all = shapesWithin(2, 2).flatMap((shape) =>
    [...programs.range(shape)].map((placed) => programs.program(shape, placed)),
  );
  const step = Math.max(1, Math.floor(all.length / count));
  return all.filter((_, i) => i % step === 0);
}

const scopeContexts = contextsIn('full');
const some = scopeContexts.filter((_, i) => i % 32 === 3);

describe.each(some.map((c) => [c.id, c] as const))('%s', (_, context) => {
  test('a host that has run others gives what a fresh one gives', () => {
    const engine = { revision: 'reference', deltas: [] };
    const hosts = new Hosts(context, { engine });
    for (const program of sample(context, 8)) {
      const reused = seen(hosts.boot(program));
      expect(reused).toEqual(seen(hostProgram(context.whole, [], null)(program)));
      const alone = seen(instantiate(program, []));
      expect(reused.violations).toEqual(alone.violations);
    }
  });
});

test('with a defect as well', () => {
  const context = scopeContexts.find((c) => c.id === 'scope/entries') as ScopeContext;
  const deltas = [deltaById('B1')!];
  const hosts = new Hosts(context, { engine: { revision: 'reference', deltas: ['B1'] } });
  const all = sample(context, 12).map((program) => {
    const reused = seen(hosts.boot(program));
    expect(reused).toEqual(seen(hostProgram(context.whole, deltas, null)(program)));
    return reused.violations;
  });
  expect(all.flat()).not.toEqual([]);
});

// States that are wrong are where reductions and a search that ends there would part.
test.each([
  ['CKE-B2', 'cookie/vfio-window'],
  ['A1', 'attach-attach'],
  ['IFD-B38', 'iommufd/detach-or-replace'],
])('%s in %s: programs fail in the same way with reductions and without', (defect, id) => {
  const context = contextsIn('core').find((c) => c.id === id) as ScopeContext;
  const engine = { revision: 'reference', deltas: [defect] };
  const programs = new Programs(context);
  const failures = (names: readonly Reduction[]) =>
    shapesWithin(2, 2).flatMap((shape) => {
      const plan = { engine, maxStates: 1e6, reductions: names } as unknown as ScopePlan;
      const job = { plan, context: id, shape, from: 0, to: Math.min(40, programs.count(shape)) };
      return runScopeJob(job, programs, new Hosts(context, plan)).failures;
    });
  const whole = failures([]);
  expect(whole).not.toEqual([]);
  const sorted = (list: readonly Failure[]) => list.map((f) => JSON.stringify(f)).sort();
  expect(sorted(failures(reductions))).toEqual(sorted(whole));
});

const renamed = scopeContexts.filter((c) => renamingsOf(c).length > 0);

// States may differ in number: what is left at the end is released in the order of names.
test.each(renamed.map((c) => [c.id, c] as const))(
  '%s: renamed programs violate the same',
  (_, context) => {
    const defects = context.subsystem === 'registration' ? ['TCE-P1', 'A1'] : [];
    const letters = vocabularyOf(context);
    const places = new Map(letters.map((letter, i) => [keyOf(letter), i]));
    for (const deltas of [[], ...defects.map((id) => [id])]) {
      const hosts = new Hosts(context, { engine: { revision: 'reference', deltas } });
      for (const renaming of renamingsOf(context))
        for (const program of sample(context, 12)) {
          const tasks = program.tasks.map(({ process, ops }) => ({
            process,
            ops: ops.map((op) => letters[renaming[places.get(keyOf({ process, op }))!]!]!.op),
          }));
          const { violations } = seen(hosts.boot({ ...program, tasks }));
          expect(violations).toEqual(seen(hosts.boot(program)).violations);
        }
    }
  },
);
