// The toy workload W(variant, tasks, operations): one domain of four slots, a lock and a counter.
// A locks, B's last task does not (lost update), C needs no lock. Known state counts are the test.

import {
  type Cell,
  Executor,
  forget,
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

class Domain extends KernelObject {
  readonly mutex = new Mutex(this, 'mutex');
  readonly slots: readonly Cell<number>[] = [0, 1, 2, 3].map((i) => this.cell(`slot[${i}]`, 0));
  readonly counts: readonly Cell<number>[] = [0, 1, 2, 3].map((i) => this.cell(`count[${i}]`, 0));

  get kind(): string {
    return 'domain';
  }
}

const done: Outcome = { ret: 0 };

function* toggle(slot: Cell<number>, count: Cell<number>, mutex: Mutex | null): Steps<Outcome> {
  if (mutex !== null) yield mutex.lock;
  yield slot.readOnce;
  const occupied = slot.value;
  yield count.readOnce;
  const n = count.value;
  yield slot.writeOnce;
  slot.value = 1 - occupied;
  yield count.writeOnce;
  count.value = n + (occupied === 1 ? -1 : 1);
  forget('written');
  if (mutex !== null) yield mutex.unlock;
  return done;
}

export function toyW(variant: 'A' | 'B' | 'C', tasks: number, ops: number) {
  const heap = new Heap();
  const world: World = { heap, watchers: [], roots: new Map() };
  const domain = heap.boot(Domain, 'domain');
  const specs = Array.from({ length: tasks }, (_, t): TaskSpec => {
    const locked = variant === 'A' || (variant === 'B' && t !== tasks - 1);
    const op = (k: number): Operation => {
      const i = variant === 'C' ? t : (t + k) % 4;
      const slot = domain.slots[i] as Cell<number>;
      const count = domain.counts[variant === 'C' ? t : 0] as Cell<number>;
      const start = () => toggle(slot, count, locked ? domain.mutex : null);
      return { label: `toggle ${i}`, start };
    };
    return { name: `T${t}`, phase: 'main', ops: Array.from({ length: ops }, (_, k) => op(k)) };
  });
  const executor = new Executor(world, specs);
  const sum = (cells: readonly Cell<number>[]) => cells.reduce((n, c) => n + c.stored, 0);
  const judge = {
    quiescent(): void {
      if (sum(domain.counts) !== sum(domain.slots))
        throw new Violation(
          'count',
          'count',
          `count ${sum(domain.counts)}, ${sum(domain.slots)} slots`,
        );
    },
    final(): void {},
  };
  return { executor, judge };
}
