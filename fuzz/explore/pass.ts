// One depth-first pass over the states of a program, with undo and a set of visited states. Works on
// an explicit stack, so depth is bounded by memory.

import { type Executor, mix, type Node, type Task, Violation } from '../../engine/runtime/index.ts';
import type { Decision, Judge } from './judge.ts';
import type { SearchOrders } from './lockOrder.ts';
import { announcedRace } from './race.ts';
import type { Reduction } from './reductions.ts';
import { Visited } from './visited.ts';

export interface SearchOptions {
  /** States after which the search gives up (`complete` is false). */
  readonly maxStates: number;
  /** Steps of one run after which it is cut off (`complete` is false). */
  readonly maxDepth: number;
  /** Preemptions a run may have: switches away from a task that could have gone on. */
  readonly preemptions: number;
  /** What may be left out of the search. Default: nothing; ignored under a preemption bound. */
  readonly reductions?: readonly Reduction[];
  /** Told of each violation with the decisions that led to it; answers whether to go on searching. */
  readonly onViolation: (violation: Violation, decisions: Decision[]) => boolean;
  /** Told now and then (every 2^14 states). */
  readonly onProgress?: (states: number, depth: number) => void;
}

export interface SearchResult {
  readonly states: number;
  readonly transitions: number;
  readonly quiescentStates: number;
  readonly finalStates: number;
  readonly maxDepth: number;
  readonly violations: number;
  /** Nothing was cut off: within the preemption bound, the whole space was seen. */
  readonly complete: boolean;
  readonly bytesPerState: number;
  readonly collisionProbability: number;
}

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
  nextTask: number;
  nextChoice: number;
  moves: number;
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
  nextTask: 0,
  nextChoice: 0,
  moves: 0,
};

export class Pass {
  private readonly executor: Executor;
  private readonly judge: Judge;
  private readonly options: SearchOptions;
  private readonly orders: SearchOrders;
  private readonly bounded: boolean;
  private readonly visited = new Visited();
  private readonly frames: Frame[] = [];
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
  }

  run(): SearchResult {
    const { executor } = this;
    executor.reset();
    executor.lockOrder = this.orders;
    this.enter(null, 0, 0);
    this.arrive();
    while (this.depth > 0 && !this.stopped && !this.full) {
      const frame = this.frames[this.depth - 1] as Frame;
      if (!this.nextMove(frame)) this.leave(frame);
      else if (this.move(frame)) this.arrive();
    }
    executor.reset();
    executor.lockOrder = null;
    return this.result();
  }

  /** Advances the frame to its next possible move; false when there is none. */
  private nextMove(frame: Frame): boolean {
    const { tasks } = this.executor;
    for (; frame.nextTask < tasks.length; frame.nextTask++, frame.nextChoice = 0) {
      const task = tasks[frame.nextTask] as Task;
      if (frame.nextChoice >= this.executor.ways(task)) continue;
      if (frame.preemptions === this.options.preemptions && this.preempts(frame, task)) continue;
      return true;
    }
    return false;
  }

  /** Whether running `task` now takes the processor from one that could go on. */
  private preempts(frame: Frame, task: Task): boolean {
    const last = frame.task;
    return (
      this.bounded &&
      last !== null &&
      last !== task &&
      last.node.depth !== 0 &&
      this.executor.ways(last) !== 0
    );
  }

  /** Performs the frame's next move; false if it was judged wrong or leads to a visited state. */
  private move(frame: Frame): boolean {
    const { executor } = this;
    const task = executor.tasks[frame.nextTask] as Task;
    const preemptions = frame.preemptions + (this.preempts(frame, task) ? 1 : 0);
    const child = this.enter(task, frame.nextChoice++, preemptions);
    this.transitions++;
    frame.moves++;
    try {
      executor.step(task, child.choice);
      if (this.isNew(child)) return true;
    } catch (error) {
      this.onError(error);
    }
    this.undo(child);
    return false;
  }

  private isNew(child: Frame): boolean {
    let lane1 = this.executor.fingerprint1;
    let lane2 = this.executor.fingerprint2;
    const { mask } = this.orders;
    if (this.bounded || mask !== 0) {
      const last = this.bounded ? (child.task as Task).id + 1 : 0;
      const extra = mix(mask, child.preemptions * 64 + last);
      lane1 ^= extra;
      lane2 ^= mix(extra, 0x85ebca6b);
    }
    return this.visited.add(lane1, lane2);
  }

  /** Judges a state met for the first time. */
  private arrive(): void {
    const { executor } = this;
    const child = this.frames[this.depth - 1] as Frame;
    const steps = this.depth - 1;
    if (steps > this.deepest) this.deepest = steps;
    try {
      const race = announcedRace(executor);
      if (race !== null) throw race;
      if (executor.busy === 0) {
        this.quiescentStates++;
        this.judge.quiescent();
      }
    } catch (error) {
      this.onError(error);
      this.undo(child);
      return;
    }
    if (this.visited.size >= this.options.maxStates) {
      this.full = true;
      this.complete = false;
    }
    if (steps > this.options.maxDepth) {
      this.complete = false;
      this.undo(child);
    }
    if ((this.visited.size & 0x3fff) === 0)
      this.options.onProgress?.(this.visited.size, this.depth);
  }

  private leave(frame: Frame): void {
    if (frame.moves === 0) {
      try {
        this.ended();
      } catch (error) {
        this.onError(error);
      }
    }
    this.undo(frame);
  }

  /** No move was possible: the end of a run, or a deadlock. */
  private ended(): void {
    const { executor } = this;
    if (executor.tasks.some((t) => executor.ways(t) > 0)) return;
    if (!executor.finished) throw executor.deadlock();
    this.finalStates++;
    this.judge.final();
  }

  private enter(task: Task | null, choice: number, preemptions: number): Frame {
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
    frame.nextTask = 0;
    frame.nextChoice = 0;
    frame.moves = 0;
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
    const decisions = this.frames
      .slice(1, this.depth)
      .map((f) => ({ task: (f.task as Task).id, choice: f.choice }));
    if (!this.options.onViolation(error, decisions)) this.stopped = true;
  }

  private result(): SearchResult {
    return {
      states: this.visited.size + 1,
      transitions: this.transitions,
      quiescentStates: this.quiescentStates,
      finalStates: this.finalStates,
      maxDepth: this.deepest,
      violations: this.violations,
      complete: this.complete && !this.stopped,
      bytesPerState: this.visited.bytes / Math.max(1, this.visited.size),
      collisionProbability: this.visited.collisionProbability,
    };
  }
}
