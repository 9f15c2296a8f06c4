// A toy of a data race: one task writes a plain flag while the other reads it, both in mid-operation.

import {
  type Cell,
  Executor,
  Heap,
  KernelObject,
  type Outcome,
  type Steps,
  type TaskSpec,
  type World,
} from '../../engine/runtime/index.ts';
import type { Instance } from '../../fuzz/instance.ts';
import { sampleProgram } from './findings.ts';

class Container extends KernelObject {
  readonly ready: Cell<number> = this.cell('ready', 0);
  readonly enabled: Cell<boolean> = this.cell('enabled', false);
  get kind(): string {
    return 'container';
  }
}

function* enable(container: Container): Steps<Outcome> {
  yield container.ready.readOnce;
  yield container.enabled.write;
  container.enabled.value = true;
  return { ret: 0 };
}

function* look(container: Container): Steps<Outcome> {
  yield container.ready.readOnce;
  yield container.enabled.read;
  return { ret: container.enabled.value ? 0 : -1 };
}

export function toyRace(): Instance {
  const heap = new Heap();
  const world: World = { heap, watchers: [], roots: new Map() };
  const container = heap.boot(Container, 'c0');
  const specs: TaskSpec[] = [
    { name: 'T0', phase: 'main', ops: [{ label: 'enable', start: () => enable(container) }] },
    { name: 'T1', phase: 'main', ops: [{ label: 'look', start: () => look(container) }] },
  ];
  const judge = { quiescent: () => {}, final: () => {} };
  return { program: sampleProgram, executor: new Executor(world, specs), judge };
}
