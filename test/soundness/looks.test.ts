// What judges say of themselves is so: at the beginning and end of an operation of which they say that
// they do not look, they read no cell but their own. Every cell of the world is watched for it.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootIommu } from '../../engine/iommu/index.ts';
import type { IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import { Cell, type Listener, type Value } from '../../engine/runtime/index.ts';
import { derive, Rng } from '../../fuzz/rng.ts';
import { Runner } from '../../fuzz/run.ts';
import { RandomWalk } from '../../fuzz/schedulers/random.ts';
import { IommuJudge, iommuWatchersFor } from '../../properties/iommu/judge.ts';
import { lawful } from '../suites/search.ts';
import { judgeKinds } from './memory.ts';

/** The kernel's cells that were looked at while `watching` held. */
const looked = new Set<string>();
let watching = false;

beforeAll(() => {
  const values = new WeakMap<object, Value>();
  Object.defineProperty(Cell.prototype, 'stored', {
    configurable: true,
    get(this: Cell<Value>) {
      if (watching && !judgeKinds.has(this.object.kind))
        looked.add(`${this.object.kind}.${this.field}`);
      return values.get(this);
    },
    set(this: Cell<Value>, value: Value) {
      values.set(this, value);
    },
  });
});

afterAll(() => {
  delete (Cell.prototype as { stored?: unknown }).stored;
});

/** What the judge looks at in random runs, at moments of which `when` holds for what it says. */
function looksOf(program: IommuProgram, id: string, when: (says: boolean) => boolean): string[] {
  const { world, executor } = bootIommu(program, [], iommuWatchersFor());
  const judge = new IommuJudge(program, world, executor);
  const lists = [program.setup, ...program.tasks.map((t) => t.ops)];
  const found: string[] = [];
  const watch = (task: number, opIndex: number, says: boolean, call: () => void) => {
    looked.clear();
    watching = when(says);
    try {
      call();
    } finally {
      watching = false;
    }
    for (const cell of looked) found.push(`${lists[task]?.[opIndex]?.op}: ${cell}`);
  };
  executor.listener = {
    onBegin(task) {
      const at = task.node.opIndex;
      watch(task.id, at, judge.looks(task, at), () => judge.onBegin(task));
    },
    onEnd(task, result, at, watched) {
      watch(task.id, at, judge.looks(task, at), () => judge.onEnd(task, result, at, watched));
    },
  } satisfies Listener;
  const runner = new Runner({ executor, judge }, { maxSteps: 20_000 });
  for (let i = 0; i < 2; i++) runner.run(new RandomWalk(Rng.seeded(derive(id, i))));
  return found;
}

const programs = lawful.flatMap(({ id, program }) =>
  program.system === 'iommu' ? [{ id, program }] : [],
);

test('who says that nobody looks reads no cell of the kernel', () => {
  const found = programs.flatMap(({ id, program }) => looksOf(program, id, (says) => !says));
  expect([...new Set(found)]).toEqual([]);
});

test('the watch sees who looks: those who say so', () => {
  const found = programs.slice(0, 3).flatMap(({ id, program }) => looksOf(program, id, Boolean));
  expect(found.some((look) => look.startsWith('iommu_map: '))).toBe(true);
});
