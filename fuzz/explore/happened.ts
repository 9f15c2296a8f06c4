// What has happened in the current run: its steps with vector clocks of the dependence between them.
// Tells of each new step which earlier ones it races with, and who could have come first.

import {
  type Access,
  conflict,
  dependent,
  type Executor,
  raceOf,
  type Task,
  type Value,
  type Violation,
} from '../../engine/runtime/index.ts';
import type { StepDependence } from './stepDependence.ts';
import { isBoundary, isSeen } from './stepDependence.ts';

/** Two steps that nothing orders but each other. */
export interface Race {
  /** Which step of the run, from 0, could have come second. */
  readonly at: number;
  /** Tasks, as bits, with which a run can begin there that has the later step first. */
  readonly initials: number;
  /** The race as a data race, if it is one. */
  readonly violation: Violation | null;
}

interface Step {
  task: Task;
  access: Access;
  opIndex: number;
  /** Value of the cell before. */
  before: Value;
  begins: boolean;
  ends: boolean;
  /** The judge looks around when its operation begins and ends. */
  looks: boolean;
  seen: boolean;
  /** By task: how far (index + 1) its steps happened before this one or are it. */
  clock: Int32Array;
}

export class Happened {
  private readonly executor: Executor;
  /** Beginnings and ends of operations depend on each other. */
  private readonly quiescent: boolean;
  private readonly steps: Step[] = [];
  length = 0;

  constructor(executor: Executor, quiescent: boolean) {
    this.executor = executor;
    this.quiescent = quiescent;
  }

  /** Notes the step that the task is about to take. */
  begin(task: Task): void {
    const { node } = task;
    const access = node.access as Access;
    const step = (this.steps[this.length++] ??= {
      task,
      access,
      opIndex: 0,
      before: null,
      begins: false,
      ends: false,
      looks: false,
      seen: false,
      clock: new Int32Array(this.executor.tasks.length),
    });
    step.task = task;
    step.access = access;
    step.opIndex = node.opIndex;
    step.before = access.cell.stored;
    step.begins = node.depth === 0;
    step.ends = false;
    step.seen = isSeen(task);
    const { listener } = this.executor;
    step.looks = listener?.looks?.(task, node.opIndex) === true;
  }

  /** The step is taken: the races it has with earlier ones. */
  end(task: Task): Race[] {
    const step = this.last();
    step.ends = task.node.depth === 0;
    return this.races(step);
  }

  /** The races that the task's next step would have, if it could be taken. */
  wouldBe(task: Task): Race[] {
    this.begin(task);
    const races = this.races(this.last());
    this.length--;
    return races;
  }

  /** Whether the next steps of two tasks depend on each other. */
  dependNow(steps: StepDependence, a: Task, b: Task): boolean {
    if (steps.between(a, b)) return true;
    if (!this.quiescent) return false;
    return (isDaemon(a) && isDaemon(b)) || (isBoundary(a) && isBoundary(b));
  }

  private races(step: Step): Race[] {
    const index = this.length - 1;
    const { clock, task } = step;
    this.startClock(step, index);
    const races: number[] = [];
    const blockers: Step[] = [];
    for (let at = index - 1; at >= 0; at--) {
      const earlier = this.steps[at] as Step;
      if ((clock[earlier.task.id] as number) > at) continue;
      if (!this.depends(earlier, step)) continue;
      if (earlier.task.order < task.order && task.phase !== 'daemon') join(clock, earlier.clock);
      else if (this.hadToWait(step, at)) {
        blockers.push(earlier);
        // Of several that must go, any may have come later.
        if (earlier.access.cell === step.access.cell && earlier.access.lock?.action === 'acquire')
          races.push(at);
      } else {
        races.push(at);
        join(clock, earlier.clock);
      }
    }
    const found = races.map((at) => this.raceAt(at, step, index));
    for (const blocker of blockers) join(clock, blocker.clock);
    return found;
  }

  /** The clock by program order. */
  private startClock({ clock, task }: Step, index: number): void {
    let before = index - 1;
    while (before >= 0 && (this.steps[before] as Step).task !== task) before--;
    if (before < 0) clock.fill(0);
    else clock.set((this.steps[before] as Step).clock);
    clock[task.id] = index + 1;
  }

  private depends(a: Step, b: Step): boolean {
    if (dependent(a.access, b.access)) return true;
    const [daemon, daemonToo] = [isDaemon(a.task), isDaemon(b.task)];
    if (a.task.order !== b.task.order && !daemon && !daemonToo) return true;
    const [first, second] = [a.begins || a.ends, b.begins || b.ends];
    // While nothing is in flight, each step of a daemon makes another quiescent state.
    if (this.quiescent && daemon && daemonToo) return true;
    if (this.executor.listener === null) return this.quiescent && first && second;
    // Whoever listens remembers what he sees while nothing is in flight, so daemons count as well.
    const [told, toldToo] = [first || daemon, second || daemonToo];
    if (told && toldToo) return true;
    return (first && a.looks && b.seen) || (second && b.looks && a.seen);
  }

  /** Without step `at` and what follows from it, the step could not have been taken. */
  private hadToWait({ access, task, before: last }: Step, at: number): boolean {
    if (access.ready === null) return false;
    const { id } = (this.steps[at] as Step).task;
    for (let i = at; i < this.length - 1; i++) {
      const { access: touching, before, clock } = this.steps[i] as Step;
      if (touching.cell === access.cell && (clock[id] as number) > at)
        return !access.ready(before, task.id);
    }
    return !access.ready(last, task.id);
  }

  private raceAt(at: number, step: Step, index: number): Race {
    const earlier = this.steps[at] as Step;
    const racing =
      earlier.access.cell === step.access.cell && conflict(earlier.access, step.access);
    const violation = racing ? raceOf(step.access.cell, earlier, step) : null;
    return { at, initials: this.initials(at, index), violation };
  }

  /** Of the steps after `at` that do not follow from it, those that follow from none of the others. */
  private initials(at: number, index: number): number {
    const from = this.steps[at] as Step;
    let initials = 0;
    let seen = 0;
    for (let i = at + 1; i <= index; i++) {
      const { task, clock } = this.steps[i] as Step;
      const last = i === index;
      if (!last && (clock[from.task.id] as number) > at) continue;
      if ((seen & (1 << task.id)) !== 0) continue;
      seen |= 1 << task.id;
      if (!this.follows(i, at)) initials |= 1 << task.id;
    }
    return initials;
  }

  /** Whether the step happens after one of those between that do not follow from `at`. */
  private follows(i: number, at: number): boolean {
    const from = this.steps[at] as Step;
    const step = this.steps[i] as Step;
    for (let j = at + 1; j < i; j++) {
      const { task, clock } = this.steps[j] as Step;
      if ((clock[from.task.id] as number) > at) continue;
      if ((step.clock[task.id] as number) > j) return true;
    }
    return false;
  }

  private last(): Step {
    return this.steps[this.length - 1] as Step;
  }
}

const isDaemon = ({ phase }: Task): boolean => phase === 'daemon';

function join(clock: Int32Array, other: Int32Array): void {
  for (let i = 0; i < clock.length; i++)
    if ((other[i] as number) > (clock[i] as number)) clock[i] = other[i] as number;
}
