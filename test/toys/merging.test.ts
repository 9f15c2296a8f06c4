// State identity against the whole truth: a search that merges states sees exactly the states that all
// interleavings together pass through, no fewer (two taken for one) and no more (one taken for two).

import { expect, test } from 'vitest';
import {
  type Cell,
  type Executor,
  type Heap,
  KernelObject,
  type Node,
  type Task,
  type Value,
} from '../../engine/runtime/index.ts';
import { derive, Rng } from '../../fuzz/rng.ts';
import { programToy, type ProgramText, randomProgram } from './randomProgram.ts';
import { searchAll } from './toy.ts';

const text = (value: Value): string =>
  JSON.stringify(value, (_, part) => (part instanceof KernelObject ? part.name : part));

/** What a task has observed since its operation began: its local variables follow from it. */
function history(node: Node): string {
  let seen = '';
  for (let at = node; at.parent !== null; at = at.parent) seen += `${text(at.key)},`;
  return `${node.opIndex}(${seen})`;
}

/** Every cell ever touched by value, and every task by its history. */
function identity(executor: Executor, cells: ReadonlyMap<Cell<Value>, Value>): string {
  const changed = [...cells]
    .filter(([cell, initial]) => cell.stored !== initial)
    .map(([cell]) => `${cell.name}=${text(cell.stored)}`)
    .sort();
  return [...changed, ...executor.tasks.map((task) => history(task.node))].join(' ');
}

/** Follows every path, and stops only where the very same state, by text, was left before. */
function statesByText({ executor, heap }: { executor: Executor; heap: Heap }): Set<string> {
  const cells = new Map<Cell<Value>, Value>();
  const seen = new Set<string>();
  const note = (cell: Cell<Value>, initial: Value) => {
    if (!cells.has(cell)) cells.set(cell, initial);
  };
  executor.observer = {
    onStep: (_task, { cell }, before) => {
      note(cell, before);
      note(cell.object.life, cell.object.boot ? 1 : 0);
    },
  };

  function move(task: Task, choice: number): void {
    const { top, digest1, digest2 } = heap;
    const { node } = task;
    executor.step(task, choice);
    for (const object of heap.living()) note(object.life, 0);
    visit();
    heap.undo(top, digest1, digest2);
    executor.place(task, node);
  }

  function visit(): void {
    const state = identity(executor, cells);
    if (seen.has(state)) return;
    seen.add(state);
    for (const task of executor.tasks) {
      const ways = executor.ways(task);
      for (let choice = 0; choice < ways; choice++) move(task, choice);
    }
  }

  executor.reset();
  visit();
  executor.reset();
  executor.observer = null;
  return seen;
}

test('a search of random programs sees as many states as differ in text', () => {
  let states = 0;
  for (let p = 0; p < 40; p++) {
    const program: ProgramText = randomProgram(Rng.seeded(derive('merging', p)), 3, 2);
    const { result } = searchAll(programToy(program));
    expect(result.complete).toBe(true);
    expect(statesByText(programToy(program)).size, program.join(' | ')).toBe(result.states);
    states += result.states;
  }
  expect(states).toBeGreaterThan(20_000);
});
