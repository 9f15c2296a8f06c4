// The tree answers as the code would: the executor against a reference interpreter that runs the code
// every time. And taking back takes everything back.

import { expect, test } from 'vitest';
import {
  type Access,
  type Cell,
  hashValue,
  hashValue2,
  type Hashed,
  KernelObject,
  Life,
  mix,
  type Steps,
  type Task,
  UnannouncedAccess,
  type Value,
} from '../../engine/runtime/index.ts';
import { derive, Rng } from '../../fuzz/rng.ts';
import { Runner, type RunObserver } from '../../fuzz/run.ts';
import { RandomWalk } from '../../fuzz/schedulers/random.ts';
import { Item, Table } from './objects.ts';
import { programToy, type ProgramText, randomProgram } from './randomProgram.ts';
import { LiveTask } from './reference.ts';
import { searchAll, toy } from './toy.ts';

const text = (value: Value): string => {
  if (value instanceof KernelObject) return value.name;
  return value !== null && typeof value === 'object' ? `#${value.hash}` : String(value);
};

const line = (task: Task, access: Access, before: Value, choice: number) =>
  `${task.label} ${access.verb} ${access.cell.name} ${text(before)} > ` +
  `${text(access.cell.stored)} ${choice}`;

class Recorder implements RunObserver {
  lines: string[] = [];

  begin(): void {
    this.lines = [];
  }

  onStep(task: Task, access: Access, before: Value, _after: Value, choice: number): void {
    this.lines.push(line(task, access, before, choice));
  }
}

/** Follows the decisions live on a new world, and checks who could have gone on at each step. */
function reference(program: ProgramText, decisions: readonly { task: number; choice: number }[]) {
  const live = programToy(program).executor.tasks.map((task) => new LiveTask(task));
  return decisions.map(({ task, choice }) => {
    const mover = live[task]!;
    expect(mover.ways(live)).toBeGreaterThan(choice);
    const access = mover.access!;
    const before = access.cell.stored;
    mover.step(choice);
    return line(mover.task, access, before, choice);
  });
}

test('the executor and the reference make the same steps', () => {
  const recorder = new Recorder();
  for (let p = 0; p < 40; p++) {
    const program = randomProgram(Rng.seeded(derive('program', p)), 3, 3);
    const runner = new Runner(programToy(program), { maxSteps: 1000, observer: recorder });
    for (let i = 0; i < 40; i++) {
      const run = runner.run(new RandomWalk(Rng.seeded(derive(`schedule ${p}`, i))));
      expect(run.violation?.message).toBeUndefined();
      expect(run.outcome).toBe('ok');
      expect(recorder.lines).toEqual(reference(program, run.decisions));
    }
  }
});

/** The digest lanes of an object's cells against their initial values, worked out from scratch. */
function digest(cells: Iterable<readonly [Cell<Value>, Value]>): [number, number] {
  let [lane1, lane2] = [0, 0];
  for (const [cell, initial] of cells) {
    lane1 ^= mix(cell.salt1, hashValue(initial)) ^ mix(cell.salt1, hashValue(cell.stored));
    lane2 ^= mix(cell.salt2, hashValue2(initial)) ^ mix(cell.salt2, hashValue2(cell.stored));
  }
  return [lane1, lane2];
}

/** Notes every cell that a run or search touches, with its initial value. */
class Cells implements RunObserver {
  readonly initial = new Map<Cell<Value>, Value>();
  begin(): void {}

  onStep(_task: Task, { cell }: Access, before: Value): void {
    if (!this.initial.has(cell)) this.initial.set(cell, before);
    this.initial.set(cell.object.life, cell.object.boot ? Life.live : Life.unborn);
  }
}

test('after a search every cell is as it was, and the digest is zero', () => {
  for (let p = 0; p < 12; p++) {
    const subject = programToy(randomProgram(Rng.seeded(derive('undo', p)), 2, 2));
    const cells = new Cells();
    subject.executor.observer = cells;
    const { result, findings } = searchAll(subject);
    expect(findings.map((f) => f.violation.message)).toEqual([]);
    expect(result.complete).toBe(true);
    const { heap, executor } = subject;
    expect([heap.digest1, heap.digest2, heap.top]).toEqual([0, 0, 0]);
    expect([...heap.living()]).toEqual([]);
    expect([...cells.initial].filter(([cell, value]) => cell.stored !== value)).toEqual([]);
    expect(executor.tasks.every((task) => task.node === task.roots[0])).toBe(true);
    expect(executor.busy).toBe(0);
  }
});

test('two searches of the same program count the same', () => {
  const subject = programToy(randomProgram(Rng.seeded('twice'), 3, 1));
  expect(searchAll(subject).result).toEqual(searchAll(subject).result);
});

test('the digest equals one worked out from scratch', () => {
  for (let p = 0; p < 12; p++) {
    const { executor, heap } = programToy(randomProgram(Rng.seeded(derive('digest', p)), 3, 3));
    const observer = new Cells();
    let compared = 0;
    const quiescent = () => {
      expect([heap.digest1, heap.digest2]).toEqual(digest(observer.initial));
      compared++;
    };
    const runner = new Runner(
      { executor, judge: { quiescent, final: quiescent } },
      { maxSteps: 1000, observer },
    );
    for (let i = 0; i < 20; i++) runner.run(new RandomWalk(Rng.seeded(derive('walk', i))));
    expect(compared).toBeGreaterThan(20 * 4);
  }
});

test('the order of allocation does not tell states apart', () => {
  const subject = toy(({ heap, env }) => {
    function* alloc() {
      yield env.local;
      heap.create(Item);
      yield env.local;
    }
    return { main: [[alloc], [alloc], [alloc]] };
  });
  const { result } = searchAll({ ...subject, judge: { quiescent() {}, final() {} } });
  expect(result).toMatchObject({ states: 3 ** 3, finalStates: 1 });
});

test('objects are told apart by their constant fields', () => {
  class Sized extends Item implements Hashed {
    readonly size: number;
    constructor(birth: ConstructorParameters<typeof Item>[0], size: number) {
      super(birth);
      this.size = size;
    }
  }
  const subject = toy(({ heap, env }) => {
    function* alloc(): Steps {
      const size = env.choose(2, 'size');
      yield size;
      heap.create(Sized, 1 + env.answerTo(size));
    }
    return { main: [[alloc]] };
  });
  const { findings } = searchAll(subject);
  expect(findings.map((f) => f.violation.message)).toEqual([
    'never freed: T0.0#0:Sized(1)',
    'never freed: T0.0#0:Sized(2)',
  ]);
});

test.each([
  ['read', (t: Table): unknown => t.count.value],
  ['write', (t: Table): unknown => (t.count.value = 1)],
  ['outcome', (t: Table): unknown => t.refs.got],
  ['write', (t: Table): unknown => (t.ready.value = 1)],
] as const)('code that makes an unannounced %s is stopped', (how, touch) => {
  const subject = toy(({ heap }) => {
    const table = heap.boot(Table, 'table');
    function* careless() {
      yield table.ready.readOnce;
      touch(table);
    }
    return { main: [[careless]] };
  });
  expect(() => searchAll(subject)).toThrow(UnannouncedAccess);
  expect(() => searchAll(subject)).toThrow(`unannounced ${how} of table.`);
  const runner = new Runner(subject, { maxSteps: 10 });
  expect(() => runner.run(new RandomWalk(Rng.seeded('')))).toThrow(UnannouncedAccess);
});

test('a value announced earlier in the operation must be announced again', () => {
  const subject = toy(({ heap }) => {
    const table = heap.boot(Table, 'table');
    return {
      main: [
        [
          function* (): Steps {
            yield table.count.readOnce;
            yield table.ready.readOnce;
            if (table.count.value === 0) return;
          },
        ],
      ],
    };
  });
  expect(() => searchAll(subject)).toThrow('the step announced read_once table.ready');
});
