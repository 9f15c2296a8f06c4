// One run of a program under one scheduler: the loop of every campaign and every replay.

import {
  type Access,
  type Executor,
  Flag,
  LockOrder,
  type Observer,
  type Task,
  Violation,
} from '../engine/runtime/index.ts';
import type { Decision } from './explore/judge.ts';
import { announcedRace } from './explore/race.ts';
import type { Instance } from './instance.ts';
import type { Scheduler } from './schedulers/scheduler.ts';

/** What a run needs of an instance. */
export type Subject = Pick<Instance, 'executor' | 'judge'>;

/** An observer that is told when a run begins, such as the data-race detector. */
export interface RunObserver extends Observer {
  begin(executor: Executor): void;
}

export interface RunOptions {
  /** Steps after which a run is cut off as inconclusive. */
  readonly maxSteps: number;
  readonly observer?: RunObserver | null;
  /**
   * Whether a circle of lock orders ends the run (true unless told otherwise). A search passes over
   * circles and goes on; replays of what else it found behind one must too.
   */
  readonly lockOrder?: boolean;
}

export interface RunResult {
  readonly outcome: 'ok' | 'violation' | 'inconclusive';
  readonly violation: Violation | null;
  /** What was done, the step that was judged wrong included: replays the run. */
  readonly decisions: Decision[];
  readonly steps: number;
}

/** Runs one program again and again; keeps what can be kept between runs. */
export class Runner {
  private readonly executor: Executor;
  private readonly judge: Subject['judge'];
  private readonly maxSteps: number;
  private readonly observer: RunObserver | null;
  private readonly lockOrder: LockOrder | null;
  /** The runnable tasks, in front. */
  private readonly runnable: Task[];
  private readonly known: Decision[][];
  private decisions: Decision[] = [];

  constructor(subject: Subject, options: RunOptions) {
    this.executor = subject.executor;
    this.judge = subject.judge;
    this.maxSteps = options.maxSteps;
    this.observer = options.observer ?? null;
    this.lockOrder = options.lockOrder === false ? null : new LockOrder();
    this.runnable = [...this.executor.tasks];
    this.known = this.runnable.map(() => []);
  }

  run(scheduler: Scheduler): RunResult {
    const { executor, judge, runnable } = this;
    this.begin(scheduler);
    try {
      judge.quiescent();
      for (let steps = 0; steps < this.maxSteps; steps++) {
        const count = this.gather();
        if (count === 0) return this.ended();
        const task = scheduler.pick(runnable, count);
        if (task === null) return this.abandoned();
        const choice = this.choose(scheduler, task);
        this.record(task.id, choice);
        executor.step(task, choice);
        if (executor.busy === 0) judge.quiescent();
      }
      return this.result('inconclusive', null);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return this.result('violation', error);
    } finally {
      executor.lockOrder = null;
      executor.observer = null;
    }
  }

  private begin(scheduler: Scheduler): void {
    const { executor } = this;
    executor.reset();
    executor.lockOrder = this.lockOrder;
    this.lockOrder?.clear();
    executor.observer = this.observer;
    this.observer?.begin(executor);
    scheduler.begin(executor);
    this.decisions = [];
  }

  private gather(): number {
    const { executor, runnable } = this;
    const { tasks } = executor;
    let count = 0;
    for (let i = 0; i < tasks.length; i++) {
      const task = tasks[i] as Task;
      if (executor.ways(task) !== 0) runnable[count++] = task;
    }
    return count;
  }

  private choose(scheduler: Scheduler, task: Task): number {
    if (((task.node.access as Access).flags & Flag.chooses) === 0) return 0;
    return scheduler.choose(task, this.executor.ways(task));
  }

  /** Equal decisions are one object, so that recording allocates nothing. */
  private record(task: number, choice: number): void {
    const known = this.known[task] as Decision[];
    this.decisions.push((known[choice] ??= { task, choice }));
  }

  /** No task can go on: everything is over, or nothing ever will be. */
  private ended(): RunResult {
    if (!this.executor.finished) throw this.executor.deadlock();
    this.judge.final();
    return this.result('ok', null);
  }

  /** The scheduler stops here: a replay's list has ended, perhaps at two accesses that race. */
  private abandoned(): RunResult {
    const race = announcedRace(this.executor);
    return this.result(race === null ? 'inconclusive' : 'violation', race);
  }

  private result(outcome: RunResult['outcome'], violation: Violation | null): RunResult {
    return { outcome, violation, decisions: this.decisions, steps: this.decisions.length };
  }
}
