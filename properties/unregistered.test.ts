// REG-007 against lawful company: a region that is unregistered, registered again, and left by a container
// that closes to the TCEs of another one, all while a third call is in flight.

import { expect, test } from 'vitest';
import type { Program } from '../engine/index.ts';
import { deltaById } from '../engine/defects/index.ts';
import { ExhaustiveSearch } from '../fuzz/explore/exhaustive.ts';
import { reductions } from '../fuzz/explore/reductions.ts';
import { instantiate } from '../fuzz/instance.ts';
import { attach, close, map, program, register, unregister } from '../fuzz/scenarios/scenario.ts';

const twoContainers = {
  containers: [2, 2],
  groups: [
    { kind: 'ddw', family: 0 },
    { kind: 'ddw', family: 0 },
  ],
} satisfies Parameters<typeof program>[0];

function violations(of: Program, deltas: readonly string[] = []): string[] {
  const found = new Set<string>();
  const inForce = deltas.map((id) => deltaById(id)!);
  const { executor, judge } = instantiate(of, inForce);
  const { complete } = new ExhaustiveSearch(executor, judge, {
    maxStates: 1e6,
    maxDepth: 20_000,
    preemptions: Number.POSITIVE_INFINITY,
    reductions,
    onViolation: ({ property, key }) => found.add(`${property} ${key}`).size > 0,
  }).run();
  expect(complete).toBe(true);
  return [...found].sort();
}

test('a region registered again and orphaned lawfully is nobody’s fault', () => {
  const setup = [attach(0, 0), attach(1, 1), register(2, 1, 1), register(0, 1, 0)];
  const tasks = [[unregister(0, 1, 0), register(0, 1, 0), close(0)], [map(0, 0, 1, 1)]];
  expect(violations(program(twoContainers, setup, tasks))).toEqual([]);
});

test('one that is left although nobody has registered it again is the kernel’s', () => {
  const setup = [attach(), register(0, 1), map(0, 0, 1)];
  expect(violations(program({}, setup, [[unregister(0, 1)]]), ['BUG-U'])).toContain(
    'REG-007 listed when it returned',
  );
});
