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

/** A host on which one program after another runs, each from the same beginning. */
export interface IommuHost {
  readonly world: IommuWorld;
  readonly executor: (program: IommuProgram) => Executor;
}

export function bootIommu(
  program: IommuProgram,
  deltas: readonly IommuDelta[],
  watchers: readonly Watcher<unknown>[],
  onDelta: ((id: string) => void) | null = null,
): BootedIommu {
  const { world, executor } = hostIommu(program, deltas, watchers, onDelta);
  return { world, executor: executor(program) };
}

/**
 * A host for programs that differ from `whole` in their tasks alone, and have no operations but those
 * of `whole`. What code did for one program it is not run for again: a task of one name must be of
 * the same process in all of them.
 */
export function hostIommu(
  whole: IommuProgram,
  deltas: readonly IommuDelta[],
  watchers: readonly Watcher<unknown>[],
  onDelta: ((id: string) => void) | null = null,
): IommuHost {
  const world = new IommuWorld(whole.topology, whole.faults, watchers);
  const kernel = bootIommuKernel({ world }, deltas, onDelta);
  // Cells are named before any code runs that goes through all of them.
  for (const op of [...whole.tasks.flatMap((task) => task.ops), ...whole.setup])
    operationOf(kernel, op);
  return { world, executor: (program) => new Executor(world, tasksOf(program, world, kernel)) };
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
