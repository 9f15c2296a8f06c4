// The data-race detector of a single run (KCSAN's question, FastTrack's clocks). Two accesses of a
// cell race when nothing that the tasks observed orders them. A task acquires what it can observe (a
// lock, a marked load, the answer of an atomic) and releases with every unlock and marked store.
// History must not enter a state's identity, so exhaustive search does not use this.

import { type Access, Flag } from './access.ts';
import type { Cell } from './cell.ts';
import type { Executor, Observer } from './executor.ts';
import type { Value } from './hash.ts';
import { raceOf } from './race.ts';
import type { Task } from './task.ts';

/** How an access touches a cell; `others` of these must be ordered before it. */
const Touch = { read: 0, write: 1, markedRead: 2, markedWrite: 3 } as const;
const touches = 4;
const others: readonly (readonly number[])[] = [
  [Touch.write, Touch.markedWrite],
  [Touch.read, Touch.write, Touch.markedRead, Touch.markedWrite],
  [Touch.write],
  [Touch.read, Touch.write],
];

function touchOf(flags: number): number {
  return ((flags & Flag.mutates) === 0 ? 0 : 1) + ((flags & Flag.plain) === 0 ? 2 : 0);
}

/** Steps after which there is something to acquire: the task saw or waited for the cell's value. */
const observes = (access: Access) =>
  (access.flags & (Flag.reads | Flag.waits)) !== 0 || access.outcome !== null;

/** What the detector remembers of one cell; valid in the run whose stamp it bears. */
class Shadow {
  readonly owner: DataRaces;
  run = 0;
  /** By touch and task: the task's own clock at its latest such access, 0 for none. */
  readonly clocks: Int32Array;
  readonly accesses: (Access | null)[];
  readonly opIndexes: Int32Array;
  /** What exclusive and shared holders, or marked stores, have released. */
  readonly released: Int32Array;
  readonly sharedReleased: Int32Array;

  constructor(owner: DataRaces, tasks: number) {
    this.owner = owner;
    this.clocks = new Int32Array(touches * tasks);
    this.accesses = Array.from({ length: touches * tasks }, () => null);
    this.opIndexes = new Int32Array(touches * tasks);
    this.released = new Int32Array(tasks);
    this.sharedReleased = new Int32Array(tasks);
  }

  renew(run: number): void {
    this.run = run;
    this.clocks.fill(0);
    this.released.fill(0);
    this.sharedReleased.fill(0);
  }
}

export class DataRaces implements Observer {
  private tasks: readonly Task[] = [];
  /** Stamp of the current run: shadows of earlier runs are void, without visiting them. */
  private run = 0;
  /** By task, the clocks of all tasks as far as it has acquired them. */
  private known: Int32Array[] = [];
  /** Tasks that have taken a step in this run. */
  private begun: boolean[] = [];

  /** To be called before each run's first step. */
  begin(executor: Executor): void {
    const count = executor.tasks.length;
    if (count !== this.known.length)
      this.known = Array.from({ length: count }, () => new Int32Array(count));
    this.tasks = executor.tasks;
    this.begun = this.tasks.map(() => false);
    this.known.forEach((clock, id) => {
      clock.fill(0);
      clock[id] = 1;
    });
    this.run++;
  }

  onStep(task: Task, access: Access): void {
    if (this.begun[task.id] !== true) this.first(task);
    const { flags } = access;
    if ((flags & (Flag.reads | Flag.mutates | Flag.waits)) === 0) return;
    if ((flags & Flag.lifetime) !== 0) return;
    const shadow = this.shadowOf(access.cell);
    if (access.lock !== null) return this.lock(task, access, shadow);
    this.touch(task, access, shadow);
    if ((flags & Flag.plain) !== 0) return;
    if (observes(access)) this.acquire(task, shadow.released);
    else if ((flags & Flag.assigns) !== 0) shadow.released.fill(0);
    if ((flags & Flag.mutates) !== 0) this.release(task, shadow.released);
  }

  /** A phase begins when the tasks of the earlier ones are done: all they did is before it. */
  private first(task: Task): void {
    this.begun[task.id] = true;
    if (task.phase !== 'main' && task.phase !== 'exit') return;
    for (const other of this.tasks) {
      const over = other.phase === 'setup' || (other.phase === 'main' && task.phase === 'exit');
      if (over) this.acquire(task, this.known[other.id] as Int32Array);
    }
  }

  private lock(task: Task, access: Access, shadow: Shadow): void {
    const { type, action, shared } = access.lock as NonNullable<Access['lock']>;
    if (action === 'release') {
      // The daemon waits for readers: they release to it what is acquired at `grace_period`.
      const to = shared && type !== 'rcu' ? shadow.sharedReleased : shadow.released;
      return this.release(task, to);
    }
    if (type === 'rcu') return;
    this.acquire(task, shadow.released);
    if (!shared) this.acquire(task, shadow.sharedReleased);
  }

  /** Judges an access against the other tasks' and remembers it. */
  private touch(task: Task, access: Access, shadow: Shadow): void {
    const known = this.known[task.id] as Int32Array;
    const count = known.length;
    const kind = touchOf(access.flags);
    const slot = kind * count + task.id;
    const now = known[task.id] as number;
    if (shadow.clocks[slot] === now) return;
    for (const other of others[kind] as readonly number[])
      for (let id = 0, at = other * count; id < count; id++, at++)
        if ((shadow.clocks[at] as number) > (known[id] as number))
          throw this.race(task, access, shadow, at);
    shadow.clocks[slot] = now;
    shadow.accesses[slot] = access;
    shadow.opIndexes[slot] = task.node.opIndex;
  }

  private race(task: Task, access: Access, shadow: Shadow, at: number) {
    const other = this.tasks[at % this.tasks.length] as Task;
    const earlier = shadow.accesses[at] as Access;
    return raceOf(
      access.cell,
      { access, task, opIndex: task.node.opIndex },
      { access: earlier, task: other, opIndex: shadow.opIndexes[at] as number },
    );
  }

  private acquire(task: Task, clock: Int32Array): void {
    join(this.known[task.id] as Int32Array, clock);
  }

  private release(task: Task, to: Int32Array): void {
    const known = this.known[task.id] as Int32Array;
    join(to, known);
    known[task.id] = (known[task.id] as number) + 1;
  }

  private shadowOf(cell: Cell<Value>): Shadow {
    let shadow = cell.shadow as Shadow | null;
    if (shadow?.owner !== this || shadow.released.length !== this.tasks.length)
      cell.shadow = shadow = new Shadow(this, this.tasks.length);
    if (shadow.run !== this.run) shadow.renew(this.run);
    return shadow;
  }
}

function join(into: Int32Array, clock: Int32Array): void {
  for (let i = 0; i < into.length; i++)
    if ((clock[i] as number) > (into[i] as number)) into[i] = clock[i] as number;
}
