// One depth-first pass over the states of a program, with undo and a set of visited states. Works on
// an explicit stack, so depth is bounded by memory. What is left out where reductions are in force is
// decided in persistent.ts and stepDependence.ts.

import { type Executor, mix, type Node, type Task, Violation } from '../../engine/runtime/index.ts';
import type { Decision, Judge } from './judge.ts';
import type { SearchOrders } from './lockOrder.ts';
import { reduces, type SearchOptions, type SearchResult } from './options.ts';
import { PersistentSets } from './persistent.ts';
import { announcedRace } from './race.ts';
import { reductions } from './reductions.ts';
import { StepDependence } from './stepDependence.ts';
import { Symmetry } from './symmetry.ts';
import { Visited } from './visited.ts';

/** One level of the depth-first stack: how it was entered, and which moves are left. */
interface Frame {
  task: Task | null;
  node: Node | null;
  choice: number;
  top: number;
  digest1: number;
  digest2: number;
  /** Lock orders that the path to here has shown. */
  orders: number;
  preemptions: number;
  /** Tasks that could go on, that are still to be moved, and that need not be: bits. */
  enabled: number;
  left: number;
  asleep: number;
  nextChoice: number;
  /** Tasks that were moved, and those of them with a step that was judged wrong: bits. */
  tried: number;
  tripped: number;
}

/** What a pass is about, where that is not all there is. */
export interface Stretch {
  /** The decisions that have led to where it begins: the state as it is. */
  readonly from: readonly Decision[];
  /** The tasks that may move, as bits. */
  readonly tasks: number;
  /** Told of each state in which none of them can; null: such a state is judged as an end. */
  readonly onEnd: (() => void) | null;
}

const unused: Frame = {
  task: null,
  node: null,
  choice: 0,
  top: 0,
  digest1: 0,
  digest2: 0,
  orders: 0,
  preemptions: 0,
  enabled: 0,
  left: 0,
  asleep: 0,
  nextChoice: 0,
  tried: 0,
  tripped: 0,
};

export class Pass {
  private readonly executor: Executor;
  private readonly judge: Judge;
  private readonly options: SearchOptions;
  private readonly orders: SearchOrders;
  private readonly bounded: boolean;
  /** Runs go on behind states that are judged wrong. */
  private readonly beyond: boolean;
  private readonly persistent: PersistentSets | null;
  private readonly sleep: StepDependence | null;
  private symmetry: Symmetry | null;
  /** Steps of a task that goes on alone are one step: what lies between is not stored. */
  private readonly passing: boolean;
  private readonly visited = new Visited();
  private readonly frames: Frame[] = [];
  private stretch: Stretch = { from: [], tasks: -1, onEnd: null };
  private depth = 0;
  private transitions = 0;
  private quiescentStates = 0;
  private finalStates = 0;
  private deepest = 0;
  private violations = 0;
  private complete = true;
  private full = false;
  /** Whoever is told of violations wants no more. */
  stopped = false;

  constructor(executor: Executor, judge: Judge, options: SearchOptions, orders: SearchOrders) {
    this.executor = executor;
    this.judge = judge;
    this.options = options;
    this.orders = orders;
    this.bounded = options.preemptions !== Number.POSITIVE_INFINITY;
    const { without = null } = options;
    const sets = reduces(options, 'persistent');
    const sections = reduces(options, 'sections');
    this.persistent =
      sets || sections ? new PersistentSets(executor, { sets, sections, without }) : null;
    this.sleep = reduces(options, 'sleep')
      ? new StepDependence(executor, { intervals: true, without })
      : null;
    this.symmetry = reduces(options, 'symmetry') ? Symmetry.of(executor, without) : null;
    this.passing = sections;
    const reduced = reductions.some((name) => reduces(options, name));
    this.beyond = options.beyond === true || (reduced && without !== 'go on behind');
  }

  /** Everything, from the beginning. */
  run(): SearchResult {
    this.executor.reset();
    this.symmetry?.begin();
    try {
      return this.search();
    } finally {
      this.symmetry?.end();
    }
  }

  /** Whether by what has been learnt since it began, it might have left out less. */
  get misled(): boolean {
    const { symmetry, executor, options } = this;
    const renamable = symmetry === null || Symmetry.of(executor, options.without) !== null;
    return !renamable || this.persistent?.misled === true;
  }

  /** What can come of the state as it is, and back to it. */
  runFrom(stretch: Stretch): SearchResult {
    this.stretch = stretch;
    this.symmetry = null;
    return this.search();
  }

  private search(): SearchResult {
    const { executor } = this;
    executor.lockOrder = this.orders;
    try {
      this.enter(null, 0, 0, 0);
      this.arrive();
      while (this.depth > 0 && !this.stopped && !this.full) {
        const frame = this.frames[this.depth - 1] as Frame;
        if (frame.left === 0 && frame.tripped !== 0) this.widen(frame);
        if (frame.left === 0) this.undo(frame);
        else if (this.move(frame)) this.arrive();
      }
      return this.result();
    } finally {
      while (this.depth > 0) this.undo(this.frames[this.depth - 1] as Frame);
      executor.lockOrder = null;
    }
  }

  get lane1(): number {
    return this.executor.fingerprint1;
  }

  get lane2(): number {
    return this.executor.fingerprint2;
  }

  /** The decisions that have led to the state as it is. */
  get decisions(): Decision[] {
    const here = this.frames
      .slice(1, this.depth)
      .map((f) => ({ task: (f.task as Task).id, choice: f.choice }));
    return [...this.stretch.from, ...here];
  }

  /** Performs the frame's next move; false if it was judged wrong. */
  private move(frame: Frame): boolean {
    const { executor } = this;
    const id = 31 - Math.clz32(frame.left & -frame.left);
    const task = executor.tasks[id] as Task;
    const choice = frame.nextChoice++;
    const preemptions = frame.preemptions + (this.preempts(frame, id) ? 1 : 0);
    frame.tried |= 1 << id;
    const sleeping = frame.asleep & ~frame.tripped;
    const asleep = sleeping === 0 ? 0 : this.stillAsleep(sleeping, task);
    if (frame.nextChoice === executor.ways(task)) {
      frame.left &= frame.left - 1;
      frame.nextChoice = 0;
      if (this.sleep !== null) frame.asleep |= 1 << id;
    }
    const child = this.enter(task, choice, preemptions, asleep);
    this.transitions++;
    try {
      executor.step(task, choice);
      return true;
    } catch (error) {
      this.onError(error);
      this.undo(child);
      frame.tripped |= 1 << id;
      return false;
    }
  }

  /**
   * A step that is judged wrong ends its run: what the others would have done behind it is not seen
   * there, so they all move, and whoever took it does not sleep meanwhile.
   */
  private widen(frame: Frame): void {
    if (this.options.without === 'trips widen') return;
    frame.left = frame.enabled & ~frame.tried & ~frame.asleep;
  }

  /** Of the tasks asleep, those whose next step does not depend on the one about to be taken. */
  private stillAsleep(asleep: number, task: Task): number {
    if (this.options.without === 'wake dependent') return asleep;
    const { tasks } = this.executor;
    let still = 0;
    for (let left = asleep; left !== 0; left &= left - 1) {
      const other = tasks[31 - Math.clz32(left & -left)] as Task;
      if (!this.sleep?.between(task, other)) still |= left & -left;
    }
    return still;
  }

  /** Sees which moves there are from the state just reached, and judges it if it is new. */
  private arrive(): void {
    const frame = this.frames[this.depth - 1] as Frame;
    // What need not be stored must be seen first; else a state met before costs no more than that.
    if (!this.passing && !this.isNew(frame)) return this.undo(frame);
    const enabled = this.enabled(frame);
    const chosen = this.persistent === null ? enabled : this.persistent.choose(enabled, frame.task);
    frame.enabled = enabled;
    frame.left = chosen & ~frame.asleep;
    if (this.depth > this.deepest) this.reach(frame);
    if (this.passing) {
      if (this.goesOnAlone(chosen)) return;
      if (!this.isNew(frame)) return this.undo(frame);
    }
    this.judgeNew(frame);
  }

  /** The tasks that can go on, as bits; under a bound, only those that may. */
  private enabled(frame: Frame): number {
    const { executor } = this;
    const { tasks } = executor;
    let enabled = 0;
    for (let id = 0; id < tasks.length; id++)
      if (executor.ways(tasks[id] as Task) > 0) enabled |= 1 << id;
    enabled &= this.stretch.tasks;
    if (!this.bounded || frame.preemptions < this.options.preemptions) return enabled;
    const last = frame.task;
    const kept = last === null || last.node.depth === 0 ? 0 : enabled & (1 << last.id);
    return kept === 0 ? enabled : kept;
  }

  /** Whether moving the task takes the processor from one that could go on. */
  private preempts(frame: Frame, id: number): boolean {
    const last = frame.task;
    if (!this.bounded || last === null || last.id === id) return false;
    return last.node.depth !== 0 && (frame.enabled & (1 << last.id)) !== 0;
  }

  /** Nothing is chosen here, and nobody looks. */
  private goesOnAlone(chosen: number): boolean {
    const { executor } = this;
    if (executor.busy === 0 || chosen === 0 || (chosen & (chosen - 1)) !== 0) return false;
    return executor.ways(executor.tasks[31 - Math.clz32(chosen)] as Task) === 1;
  }

  private isNew(frame: Frame): boolean {
    const { symmetry } = this;
    symmetry?.canonical();
    let { lane1, lane2 } = symmetry ?? this;
    const { mask } = this.orders;
    if (this.bounded || mask !== 0) {
      const last = this.bounded && frame.task !== null ? frame.task.id + 1 : 0;
      const extra = mix(mask, frame.preemptions * 64 + last);
      lane1 ^= extra;
      lane2 ^= mix(extra, 0x85ebca6b);
    }
    return this.visited.add(lane1, lane2);
  }

  private judgeNew(frame: Frame): void {
    const raced = !this.judged(this.race);
    if (raced && !this.beyond) return this.undo(frame);
    if (this.executor.busy === 0 && !this.judged(this.rest) && !this.beyond)
      return this.undo(frame);
    if (frame.enabled === 0) this.judged(this.ended);
    const { size } = this.visited;
    if (size >= this.options.maxStates) {
      this.full = true;
      this.complete = false;
    }
    if ((size & 0x3fff) === 0) this.options.onProgress?.(size, this.depth);
  }

  private readonly race = (): void => {
    const race = announcedRace(this.executor, this.mayRace());
    if (race !== null) throw race;
  };

  /** Nothing is in flight. */
  private readonly rest = (): void => {
    this.quiescentStates++;
    const { lane1, lane2 } = this.symmetry ?? this;
    this.options.onQuiescent?.(this.executor, lane1, lane2);
    this.judge.quiescent();
  };

  /** The task whose step may have made a race; null if others may have one that nobody has seen. */
  private mayRace(): Task | null {
    const { task } = this.frames[this.depth - 1] as Frame;
    const seen = !this.passing && task !== null && !task.finished && task.phase === 'main';
    return seen ? task : null;
  }

  /** Whether nothing was found wrong. */
  private judged(check: () => void): boolean {
    try {
      check();
      return true;
    } catch (error) {
      this.onError(error);
      return false;
    }
  }

  /** No move is possible: the end of a run, or a deadlock. */
  private readonly ended = (): void => {
    const { executor } = this;
    if (this.stretch.onEnd !== null) return this.stretch.onEnd();
    if (!executor.finished) throw executor.deadlock();
    this.finalStates++;
    this.judge.final();
  };

  /** The longest run so far. */
  private reach(frame: Frame): void {
    this.deepest = this.depth;
    if (this.depth - 1 <= this.options.maxDepth) return;
    this.complete = false;
    frame.left = 0;
  }

  private enter(task: Task | null, choice: number, preemptions: number, asleep: number): Frame {
    const { heap } = this.executor;
    const frame = (this.frames[this.depth] ??= { ...unused });
    frame.task = task;
    frame.node = task === null ? null : task.node;
    frame.choice = choice;
    frame.top = heap.top;
    frame.digest1 = heap.digest1;
    frame.digest2 = heap.digest2;
    frame.orders = this.orders.mask;
    frame.preemptions = preemptions;
    frame.asleep = asleep;
    frame.nextChoice = 0;
    frame.tried = 0;
    frame.tripped = 0;
    this.depth++;
    return frame;
  }

  private undo(frame: Frame): void {
    const { executor } = this;
    executor.heap.undo(frame.top, frame.digest1, frame.digest2);
    if (frame.task !== null) executor.place(frame.task, frame.node as Node);
    this.orders.mask = frame.orders;
    this.depth--;
  }

  private onError(error: unknown): void {
    if (!(error instanceof Violation)) throw error;
    this.violations++;
    if (!this.options.onViolation(error, this.decisions)) this.stopped = true;
  }

  private result(): SearchResult {
    return {
      states: this.visited.size,
      assembled: 0,
      transitions: this.transitions,
      quiescentStates: this.quiescentStates,
      finalStates: this.finalStates,
      maxDepth: this.deepest - 1,
      violations: this.violations,
      complete: this.complete && !this.stopped,
      bytesPerState: this.visited.bytes / Math.max(1, this.visited.size),
      collisionProbability: this.visited.collisionProbability,
    };
  }
}
