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

export function boot(
  program: Program,
  deltas: readonly SpaprDelta[],
  watchers: readonly Watcher<unknown>[],
  onDelta: ((id: string) => void) | null = null,
): Booted {
  const world = new SpaprWorld(program.topology, program.faults, watchers);
  const kernel = bootKernel(world, deltas, onDelta);
  return { world, executor: new Executor(world, tasksOf(program, world, kernel)) };
}

function tasksOf(program: Program, world: SpaprWorld, kernel: SpaprKernel): TaskSpec[] {
  const all = [...program.setup, ...program.tasks.flatMap((t) => t.ops)];
  const closable = all.some((op) => op.op === 'close');
  const ops = (list: Program['setup']) => list.map((op) => operationOf(kernel, op, closable));
  world.place('setup', 0);
  const tasks = program.tasks.map((task, i): TaskSpec => {
    world.place(`T${i}`, task.process);
    return { name: `T${i}`, phase: 'main', ops: ops(task.ops) };
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
