// A toy engine for programs of the real vocabulary, so that shrinkers and searches can be tested with
// real interleavings and known answers. It has W's locked and unlocked toggles and two more defects.

import {
  bugOn,
  type Cell,
  Environment,
  Executor,
  Heap,
  KernelObject,
  Mutex,
  type Outcome,
  type Steps,
  type TaskSpec,
  Violation,
  type World,
} from '../../engine/runtime/index.ts';
import type { AnyOp, AnyProgram } from '../../engine/program.ts';
import type { Op, Program } from '../../engine/vfio/vocabulary.ts';
import type { Instance } from '../../fuzz/instance.ts';

class Toy extends KernelObject {
  readonly mutex = new Mutex(this, 'mutex');
  readonly slots: readonly Cell<number>[] = [0, 1, 2, 3].map((i) => this.cell(`slot[${i}]`, 0));
  readonly count: Cell<number> = this.cell('count', 0);
  readonly enabled: Cell<number> = this.cell('enabled', 0);

  get kind(): string {
    return 'toy';
  }
}

const done: Outcome = { ret: 0 };

function* toggle(toy: Toy, page: number, locked: boolean): Steps<Outcome> {
  const slot = toy.slots[page % 4] as Cell<number>;
  if (locked) yield toy.mutex.lock;
  yield slot.readOnce;
  const occupied = slot.value;
  yield toy.count.readOnce;
  const n = toy.count.value;
  yield slot.writeOnce;
  slot.value = 1 - occupied;
  yield toy.count.writeOnce;
  toy.count.value = n + (occupied === 1 ? -1 : 1);
  if (locked) yield toy.mutex.unlock;
  return done;
}

function* enable(toy: Toy): Steps<Outcome> {
  yield toy.enabled.writeOnce;
  toy.enabled.value = 1;
  return done;
}

/** Two of these at once are a data race. */
function* enablePlainly(toy: Toy): Steps<Outcome> {
  yield toy.enabled.write;
  toy.enabled.value = 1;
  return done;
}

/** Goes wrong if it is enabled and the environment refuses. */
function* disable(toy: Toy, env: Environment): Steps<Outcome> {
  yield toy.enabled.readOnce;
  if (toy.enabled.value === 0) return done;
  const kzalloc = env.refuse('kzalloc');
  yield kzalloc;
  const pin = env.refuse('pin');
  yield pin;
  bugOn(env.answerTo(pin) === 1, 'disable cannot pin');
  return done;
}

/** Goes wrong if the count changes while it looks. */
function* close(toy: Toy): Steps<Outcome> {
  yield toy.count.readOnce;
  const before = toy.count.value;
  yield toy.count.readOnce;
  bugOn(toy.count.value !== before, 'count changes during close');
  return done;
}

function* nothing(env: Environment): Steps<Outcome> {
  yield env.local;
  return done;
}

function code(toy: Toy, env: Environment, call: AnyOp): Steps<Outcome> {
  const op = call as Op;
  if (op.op === 'register') return toggle(toy, op.va / 4096, true);
  if (op.op === 'map') return toggle(toy, op.iova / 4096, false);
  if (op.op === 'enable') return enable(toy);
  if (op.op === 'eeh') return enablePlainly(toy);
  if (op.op === 'disable') return disable(toy, env);
  return op.op === 'close' ? close(toy) : nothing(env);
}

/**
 * `register` toggles a slot under the lock and `map` without it, so the count goes wrong; `disable`
 * fails if refused, `close` if it sees the count change, two `eeh` race. All other operations do nothing.
 */
export function toyInstance(program: AnyProgram): Instance {
  const heap = new Heap();
  const world: World = { heap, watchers: [], roots: new Map() };
  const toy = heap.boot(Toy, 'toy');
  const env = heap.boot(Environment, 'environment', program.faults.budget);
  const spec = (name: string, phase: 'setup' | 'main', ops: readonly AnyOp[]): TaskSpec => ({
    name,
    phase,
    ops: ops.map((op) => ({ label: JSON.stringify(op), start: () => code(toy, env, op) })),
  });
  const tasks = program.tasks.map((task, i) => spec(`T${i}`, 'main', task.ops));
  const executor = new Executor(world, [spec('setup', 'setup', program.setup), ...tasks]);
  const judge = {
    quiescent(): void {
      const slots = toy.slots.reduce((n, slot) => n + slot.stored, 0);
      if (toy.count.stored === slots) return;
      throw new Violation('count', 'count', `count ${toy.count.stored}, ${slots} slots occupied`);
    },
    final(): void {},
  };
  return { program, executor, judge };
}

/** An engine whose operations do nothing, and which fails at the end if `fails` says so. */
export function predicateInstance(fails: (program: Program) => boolean) {
  return (any: AnyProgram): Instance => {
    const program = any as Program;
    const { executor } = toyInstance(idle(program));
    const final = () => {
      if (fails(program)) throw new Violation('predicate', 'predicate', 'the predicate holds');
    };
    return { program, executor, judge: { quiescent() {}, final } };
  };
}

function idle(program: Program): Program {
  const none = (ops: readonly Op[]) =>
    ops.map((op): Op => ({ op: 'info', container: op.container }));
  const tasks = program.tasks.map((task) => ({ ...task, ops: none(task.ops) }));
  return { ...program, setup: none(program.setup), tasks };
}

export const register = (page: number): Op =>
  ({ op: 'register', container: 0, va: page * 4096, size: 4096 }) as const;
export const map = (page: number): Op =>
  ({ op: 'map', container: 0, iova: page * 4096, va: 0, size: 4096 }) as const;
export const plain = (op: 'enable' | 'disable' | 'close' | 'info' | 'eeh'): Op => ({
  op,
  container: 0,
});

/** A program on a plain topology: one process, one group, one container. */
export function toyProgram(
  tasks: readonly (readonly Op[])[],
  setup: readonly Op[] = [],
  budget = 0,
): Program {
  return {
    system: 'spapr',
    topology: {
      geometry: {
        name: 'toy',
        pageShift: 12,
        tce32Start: 0,
        tce32Size: 0x10000,
        tce64Start: 2 ** 59,
        pgsizes: 0x11000,
        maxLevels: 1,
        maxDynamicWindows: 1,
        eeh: false,
        ownTablesOnly: false,
      },
      processes: [{ vmas: [{ start: 0, end: 0x4000, pageShift: 12 }] }],
      groups: [{ kind: 'ddw', family: 0 }],
      containers: [{ version: 2, process: 0 }],
    },
    setup,
    tasks: tasks.map((ops) => ({ process: 0, ops })),
    faults: { budget, sites: budget === 0 ? [] : ['kzalloc', 'pin'] },
  };
}
