// The engine and the machines describe equal states in equal words.

import { expect, test } from 'vitest';
import { boot, type Op } from '../engine/index.ts';
import { oracle } from '../model/index.ts';
import { attach, map, program, register, unregister } from '../fuzz/scenarios/scenario.ts';
import { engineText, modelText } from './abstraction.ts';
import { watchersFor } from './judge.ts';

/** Both after the same setup, run alone. */
function texts(setup: readonly Op[]) {
  const made = program({}, setup, []);
  const { world, executor } = boot(made, [], watchersFor(made));
  executor.reset();
  const task = executor.tasks[0]!;
  while (executor.ways(task) !== 0) executor.step(task, 0);
  let state = oracle.initial(made.topology, []);
  for (const op of setup) ({ state } = oracle.apply(state, op, 0));
  return { engine: engineText(world), model: modelText(state) };
}

test('the words for a container with a region and a mapping', () => {
  const { engine, model } = texts([attach(), register(0, 1), map(1, 0, 1)]);
  expect(engine).toBe(model);
  expect(engine).toMatchInlineSnapshot(`
    "regions 0x10000+0x1000(used 1, mapped 1)
    enabled; default window settled; groups 0; windows 0x0+0x4000/12{1→0x10000} -; registered 0x10000"
  `);
});

test('what was undone is described as if it had never been', () => {
  const { engine, model } = texts([attach(), register(0, 1), unregister(0, 1)]);
  expect(engine).toBe(model);
  expect(engine).toContain('regions none');
});
