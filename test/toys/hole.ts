// A toy of defect B1: a map that goes on after its region began to be unregistered, and still answers
// 0. One region, one table of two entries, a setup task and an exit, so that reports have every part.

import {
  Atomic,
  type Cell,
  Environment,
  Executor,
  Heap,
  KernelObject,
  Mutex,
  type Operation,
  type Outcome,
  type Steps,
  type TaskSpec,
  Violation,
  type World,
} from '../../engine/runtime/index.ts';
import { sampleProgram } from './findings.ts';
import type { Instance } from '../../fuzz/instance.ts';

class Region extends KernelObject {
  readonly mapped = new Atomic(this, 'mapped', 1);
  get kind(): string {
    return 'region';
  }
}

class Table extends KernelObject {
  readonly lock = new Mutex(this, 'lock');
  readonly region: Cell<Region | null> = this.cell<Region | null>('region', null);
  readonly tce: readonly Cell<number>[] = [0, 1].map((i) => this.cell(`tce[${i}]`, 0));
  /** Where the last map returned 0 with an entry missing. */
  readonly hole: Cell<boolean> = this.cell('hole', false);
  get kind(): string {
    return 'table';
  }
}

const EINVAL = -22;

function* register(heap: Heap, table: Table): Steps<Outcome> {
  yield table.region.write;
  table.region.value = heap.create(Region);
  return { ret: 0 };
}

function* map(table: Table, environment: Environment): Steps<Outcome> {
  yield table.region.readOnce;
  const region = table.region.value;
  if (region === null) return { ret: EINVAL };
  let written = 0;
  for (const tce of table.tce) {
    yield region.mapped.incNotZero;
    if (!region.mapped.succeeded) break;
    const refuse = environment.refuse('xchg');
    yield refuse;
    if (environment.answerTo(refuse) === 1) return { ret: -5 };
    yield tce.writeOnce;
    tce.value = 0x10000 + 4096 * written++;
  }
  yield table.hole.writeOnce;
  table.hole.value = written < table.tce.length;
  return { ret: 0 };
}

function* unregister(table: Table): Steps<Outcome> {
  yield table.lock.lock;
  yield table.region.readOnce;
  const region = table.region.value as Region;
  yield region.mapped.writeOnce;
  region.mapped.value = 0;
  yield table.lock.unlock;
  return { ret: 0 };
}

function* exit(table: Table): Steps<Outcome> {
  yield table.region.write;
  const region = table.region;
  region.value = null;
  return { ret: 0 };
}

/** `refusals`: how often the environment may refuse an exchange. */
export function toyHole(refusals = 0): Instance {
  const heap = new Heap();
  const world: World = { heap, watchers: [], roots: new Map() };
  const table = heap.boot(Table, 'table0');
  const environment = heap.boot(Environment, 'environment', refusals);
  const op = (label: string, start: () => Steps<Outcome>): Operation => ({ label, start });
  const attach = op('attach', () => attachGroup(table));
  const specs: TaskSpec[] = [
    { name: 'setup', phase: 'setup', ops: [attach, op('register', () => register(heap, table))] },
    { name: 'T0', phase: 'main', ops: [op('map', () => map(table, environment))] },
    { name: 'T1', phase: 'main', ops: [op('unregister', () => unregister(table))] },
    { name: 'X0', phase: 'exit', ops: [op('process 0 exits', () => exit(table))] },
  ];
  const judge = {
    quiescent(): void {
      if (!table.hole.stored) return;
      const region = table.region.stored;
      throw new Violation('MAP-001', 'hole', `MAP returned 0 over a hole in ${table.name}`, region);
    },
    final(): void {},
  };
  return { program: sampleProgram, executor: new Executor(world, specs), judge };
}

function* attachGroup(table: Table): Steps<Outcome> {
  yield table.lock.lock;
  yield table.lock.unlock;
  return { ret: 0 };
}
