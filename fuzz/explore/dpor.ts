// Stateless search with dynamic partial order reduction, for programs whose states do not converge:
// one run for each Mazurkiewicz trace, found by reversing the races of runs that were made (source
// sets with sleep sets: Abdulla, Aronis, Jonsson and Sagonas, POPL 2014). Runs are continued from
// where they part, by undo; nothing is stored of the states.

import { type Executor, type Node, type Task, Violation } from '../../engine/runtime/index.ts';
import { Happened, type Race } from './happened.ts';
import type { Decision, Judge } from './judge.ts';
import { StepDependence } from './stepDependence.ts';

export interface StatelessOptions {
  /** Runs after which the search gives up (`complete` is false). */
  readonly maxRuns: number;
  /** Steps of one run after which it is cut off (`complete` is false). */
  readonly maxDepth: number;
  /** Keep every quiescent state, not only those at the end of a run. Default: true. */
  readonly quiescent?: boolean;
  readonly onViolation: (violation: Violation, decisions: Decision[]) => boolean;
  readonly onQuiescent?: (executor: Executor) => void;
}

export interface StatelessResult {
  /** Runs to the end: one for each trace. */
  readonly traces: number;
  /** Runs that came to a point where all that was left had been done in another order. */
  readonly blocked: number;
  readonly transitions: number;
  readonly violations: number;
  readonly complete: boolean;
}

/** One point of the current run, and what is still to be tried from there. */
interface Point {
  task: Task | null;
  node: Node | null;
  choice: number;
  top: number;
  digest1: number;
  digest2: number;
  /** Bits of tasks: those that can go on, those to be tried, those that need not be. */
  enabled: number;
  wanted: number;
  asleep: number;
}

export class StatelessSearch {
  private readonly executor: Executor;
  private readonly judge: Judge;
  private readonly options: StatelessOptions;
  private readonly steps: StepDependence;
  private readonly happened: Happened;
  private readonly points: Point[] = [];
  private depth = 0;
  private traces = 0;
  private blocked = 0;
  private transitions = 0;
  private violations = 0;
  private complete = true;
  private stopped = false;

  constructor(executor: Executor, judge: Judge, options: StatelessOptions) {
    this.executor = executor;
    this.judge = judge;
    this.options = options;
    this.steps = new StepDependence(executor);
    this.happened = new Happened(executor, options.quiescent ?? true);
  }

  run(): StatelessResult {
    const { executor } = this;
    executor.reset();
    this.happened.length = 0;
    this.depth = 1;
    this.arrive(this.pointAt(0), 0);
    while (this.depth > 0 && !this.stopped) {
      const point = this.points[this.depth - 1] as Point;
      if (point.task !== null) this.takeBack(point);
      if (!this.next(point)) this.depth--;
      else this.move(point);
    }
    executor.reset();
    const { traces, blocked, transitions, violations, complete } = this;
    return { traces, blocked, transitions, violations, complete: complete && !this.stopped };
  }

  /** The next step to try from a point: another answer for the same task, or another task. */
  private next(point: Point): boolean {
    const { task } = point;
    if (task !== null) {
      if (++point.choice < this.executor.ways(task)) return true;
      point.asleep |= 1 << task.id;
      point.task = null;
    }
    const left = point.wanted & ~point.asleep;
    if (left === 0) return false;
    point.task = this.executor.tasks[31 - Math.clz32(left & -left)] as Task;
    point.choice = 0;
    return true;
  }

  private move(point: Point): void {
    const { executor } = this;
    const { heap } = executor;
    const task = point.task as Task;
    point.node = task.node;
    point.top = heap.top;
    point.digest1 = heap.digest1;
    point.digest2 = heap.digest2;
    const asleep = this.stillAsleep(point.asleep, task);
    this.happened.begin(task);
    this.transitions++;
    try {
      executor.step(task, point.choice);
      this.reverse(this.happened.end(task));
    } catch (error) {
      this.onError(error);
      // The run ends here, and what the others would have done is not seen: so they come first, too.
      point.wanted |= point.enabled;
      this.reverse(this.happened.end(task));
      this.takeBack(point);
      this.reverseWaits();
      return;
    }
    if (this.depth > this.options.maxDepth) {
      this.complete = false;
      return;
    }
    this.depth++;
    this.arrive(this.pointAt(this.depth - 1), asleep);
  }

  private takeBack({ task, node, top, digest1, digest2 }: Point): void {
    this.executor.heap.undo(top, digest1, digest2);
    this.executor.place(task as Task, node as Node);
    this.happened.length = this.depth - 1;
  }

  private arrive(point: Point, asleep: number): void {
    const { executor } = this;
    const { tasks } = executor;
    point.task = null;
    point.asleep = asleep;
    point.enabled = 0;
    for (let id = 0; id < tasks.length; id++)
      if (executor.ways(tasks[id] as Task) > 0) point.enabled |= 1 << id;
    const left = point.enabled & ~asleep;
    point.wanted = left & -left;
    if (left === 0 && point.enabled !== 0) this.blocked++;
    this.judged(() => {
      if (executor.busy !== 0) return;
      this.options.onQuiescent?.(executor);
      this.judge.quiescent();
    });
    if (point.enabled === 0) this.judged(() => this.ended());
  }

  private judged(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.onError(error);
    }
  }

  private ended(): void {
    if (++this.traces >= this.options.maxRuns) {
      this.complete = false;
      this.stopped = true;
    }
    this.reverseWaits();
    if (this.executor.finished) return this.judge.final();
    throw this.executor.deadlock();
  }

  /** Those who wait when a run ends take no step that could be found to race. */
  private reverseWaits(): void {
    const { executor } = this;
    for (const task of executor.tasks) {
      const comes = task.order === executor.turn || task.phase === 'daemon';
      if (!task.finished && comes && executor.ways(task) === 0)
        this.reverse(this.happened.wouldBe(task));
    }
  }

  /** Sees to it that each race of the step just taken is tried the other way round. */
  private reverse(races: readonly Race[]): void {
    for (const { at, initials, violation } of races) {
      if (violation !== null) this.onError(violation);
      const point = this.points[at] as Point;
      if ((point.wanted & initials) !== 0) continue;
      const able = initials & point.enabled;
      point.wanted |= able === 0 ? point.enabled : able & -able;
    }
  }

  private stillAsleep(asleep: number, task: Task): number {
    const { tasks } = this.executor;
    let still = 0;
    for (let left = asleep; left !== 0; left &= left - 1) {
      const other = tasks[31 - Math.clz32(left & -left)] as Task;
      if (!this.happened.dependNow(this.steps, task, other)) still |= left & -left;
    }
    return still;
  }

  private onError(error: unknown): void {
    if (!(error instanceof Violation)) throw error;
    this.violations++;
    const decisions = this.points
      .slice(0, this.depth)
      .filter((p) => p.task !== null)
      .map((p) => ({ task: (p.task as Task).id, choice: p.choice }));
    if (!this.options.onViolation(error, decisions)) this.stopped = true;
  }

  private pointAt(index: number): Point {
    return (this.points[index] ??= {
      task: null,
      node: null,
      choice: 0,
      top: 0,
      digest1: 0,
      digest2: 0,
      enabled: 0,
      wanted: 0,
      asleep: 0,
    });
  }
}
