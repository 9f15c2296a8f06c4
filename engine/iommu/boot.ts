// From a program to an executor: the world, the kernel of a revision, and the tasks. Task numbers: 0
// is the setup, then the program's tasks in order, then one exit task, then the RCU daemon.

import { Executor, type TaskSpec, type Watcher } from '../runtime/index.ts';
import { bootIommuKernel, type IommuDelta, type IommuKernel } from './kernel.ts';
import { exitOperations, operationOf } from './operations.ts';
import type { IommuOp, IommuProgram } from './vocabulary/index.ts';
import { IommuWorld } from './world.ts';

export interface BootedIommu {
  readonly world: IommuWorld;
  readonly executor: Executor;
}

export function bootIommu(
  program: IommuProgram,
  deltas: readonly IommuDelta[],
  watchers: readonly Watcher<unknown>[],
  onDelta: ((id: string) => void) | null = null,
): BootedIommu {
  const world = new IommuWorld(program.topology, program.faults, watchers);
  const kernel = bootIommuKernel({ world }, deltas, onDelta);
  return { world, executor: new Executor(world, tasksOf(program, world, kernel)) };
}

function tasksOf(program: IommuProgram, world: IommuWorld, kernel: IommuKernel): TaskSpec[] {
  const ops = (list: readonly IommuOp[]) => list.map((op) => operationOf(kernel, op));
  world.place('setup', 0);
  const tasks = program.tasks.map((task, i): TaskSpec => {
    world.place(`T${i}`, task.process);
    return { name: `T${i}`, phase: 'main', ops: ops(task.ops) };
  });
  return [
    { name: 'setup', phase: 'setup', ops: ops(program.setup) },
    ...tasks,
    { name: 'exit', phase: 'exit', ops: exitOperations(kernel) },
    {
      name: 'rcu',
      phase: 'daemon',
      ops: [{ label: 'grace period', start: () => world.rcu.daemon() }],
    },
  ];
}
