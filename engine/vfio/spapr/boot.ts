// From a program to an executor: the world, the kernel of a revision, and the tasks. Task numbers:
// 0 is the setup, then the program's tasks in order, then one exit task, then the RCU daemon.

import { Executor, type TaskSpec, type Watcher } from '../../runtime/index.ts';
import type { Program } from '../vocabulary.ts';
import { bootKernel, type SpaprDelta, type SpaprKernel } from './kernel.ts';
import { operationOf } from './operations.ts';
import { SpaprWorld } from './world.ts';

export interface Booted {
  readonly world: SpaprWorld;
  readonly executor: Executor;
}

/** A host on which one program after another runs, each from the same beginning. */
export interface Host {
  readonly world: SpaprWorld;
  readonly executor: (program: Program) => Executor;
}

export function boot(
  program: Program,
  deltas: readonly SpaprDelta[],
  watchers: readonly Watcher<unknown>[],
  onDelta: ((id: string) => void) | null = null,
): Booted {
  const { world, executor } = host(program, deltas, watchers, onDelta);
  return { world, executor: executor(program) };
}

/**
 * A host for programs that differ from `whole` in their tasks alone, and have no operations but those
 * of `whole`. What code did for one program it is not run for again: a task of one name must be of
 * the same process in all of them.
 */
export function host(
  whole: Program,
  deltas: readonly SpaprDelta[],
  watchers: readonly Watcher<unknown>[],
  onDelta: ((id: string) => void) | null = null,
): Host {
  const world = new SpaprWorld(whole.topology, whole.faults, watchers);
  const kernel = bootKernel(world, deltas, onDelta);
  const closable = isClosable(whole);
  return {
    world,
    executor: (program) => new Executor(world, tasksOf(program, world, kernel, closable)),
  };
}

/** Some operation closes a container: files are counted. */
export function isClosable({ setup, tasks }: Program): boolean {
  return [...setup, ...tasks.flatMap((t) => t.ops)].some((op) => op.op === 'close');
}

function tasksOf(
  program: Program,
  world: SpaprWorld,
  kernel: SpaprKernel,
  closable: boolean,
): TaskSpec[] {
  const ops = (list: Program['setup']) => list.map((op) => operationOf(kernel, op, closable));
  world.place('setup', 0);
  const tasks = program.tasks.map((task, i): TaskSpec => {
    world.place(`T${i}`, task.process);
    const mine = ops(task.ops);
    const alike = `${task.process}: ${mine.map((op) => op.label).join('; ')}`;
    return { name: `T${i}`, phase: 'main', ops: mine, alike };
  });
  const exits = world.mms.map((mm, p) => {
    const mine = world.containers.filter((_, c) => program.topology.containers[c]?.process === p);
    return {
      label: `exit p${p}`,
      *start() {
        yield* kernel.processExit(mm, mine);
        return { ret: 0 };
      },
    };
  });
  world.place('exit', null);
  world.place('rcu', null);
  return [
    { name: 'setup', phase: 'setup', ops: ops(program.setup) },
    ...tasks,
    { name: 'exit', phase: 'exit', ops: exits },
    {
      name: 'rcu',
      phase: 'daemon',
      ops: [{ label: 'grace period', start: () => world.rcu.daemon() }],
    },
  ];
}
