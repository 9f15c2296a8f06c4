// The step trace of a finding: its decisions performed one by one on an instance, and what each step
// did. Strict: a decision that cannot be followed ends the trace with the reason.

import {
  type Access,
  type Executor,
  Flag,
  LockOrder,
  type Task,
  Violation,
} from '../../engine/runtime/index.ts';
import { announcedRace } from '../explore/race.ts';
import type { NamedDecision } from '../finding/index.ts';
import type { RunObserver, Subject } from '../run.ts';
import { canGoOn } from '../schedulers/scheduler.ts';
import { fieldsOf, printValue } from './print.ts';
import type { PendingStep, TaskView, Trace, TraceStep } from './step.ts';

export interface TraceOptions {
  /** A detector with a memory, for findings that need one to be seen. */
  readonly observer?: RunObserver;
  /** The property expected at the end, where two could be named. */
  readonly expect?: string;
}

export function recordTrace(
  subject: Subject,
  decisions: readonly NamedDecision[],
  options: TraceOptions = {},
): Trace {
  return new Recorder(subject, options).record(decisions);
}

class Recorder {
  private readonly executor: Executor;
  private readonly judge: Subject['judge'];
  private readonly options: TraceOptions;
  private readonly steps: TraceStep[] = [];
  private last: Task | null = null;

  constructor(subject: Subject, options: TraceOptions) {
    this.executor = subject.executor;
    this.judge = subject.judge;
    this.options = options;
  }

  record(decisions: readonly NamedDecision[]): Trace {
    const { executor, options } = this;
    executor.reset();
    executor.lockOrder = new LockOrder();
    executor.observer = options.observer ?? null;
    options.observer?.begin(executor);
    const trace = this.follow(decisions);
    executor.observer = null;
    executor.lockOrder = null;
    executor.reset();
    return trace;
  }

  private follow(decisions: readonly NamedDecision[]): Trace {
    for (const [n, decision] of decisions.entries()) {
      const task = this.executor.tasks.find((t) => t.label === decision.task);
      const why = this.obstacle(task, decision);
      if (why !== null) return this.trace(null, { step: n, why });
      const violation = this.attempt(task as Task, decision.choice, n === decisions.length - 1);
      if (violation !== null) return this.trace(violation, null);
    }
    return this.trace(null, null);
  }

  /** Why a decision cannot be followed now; null if it can. */
  private obstacle(task: Task | undefined, { task: name, choice }: NamedDecision): string | null {
    if (task === undefined) {
      const known = this.executor.tasks.map((t) => t.label).join(', ');
      return `there is no task ${name} (there are ${known})`;
    }
    const ways = this.executor.ways(task);
    if (choice < ways) return null;
    if (ways > 0) return `${name} has ${ways} ways to go on, answer ${choice} is not among them`;
    const { access } = task.node;
    if (access === null) return `${name} has finished`;
    return `${name} cannot go on: it is at ${access.verb} of ${access.cell.name}`;
  }

  private attempt(task: Task, choice: number, isLast: boolean): Violation | null {
    try {
      this.step(task, choice);
      if (isLast) this.judgeEnd();
      else if (this.executor.busy === 0) this.judge.quiescent();
      return null;
    } catch (error) {
      if (error instanceof Violation) return error;
      throw error;
    }
  }

  /** After the last decision: two accesses that race, a wrong state, or the end of everything. */
  private judgeEnd(): void {
    const { executor, judge } = this;
    const race = announcedRace(executor);
    if (race !== null && this.options.expect === race.property) throw race;
    if (executor.busy === 0) judge.quiescent();
    if (race !== null) throw race;
    if (executor.tasks.some((task) => executor.ways(task) > 0)) return;
    if (!executor.finished) throw executor.deadlock();
    judge.final();
  }

  private step(task: Task, choice: number): void {
    const { node } = task;
    const access = node.access as Access;
    const { cell } = access;
    const before = cell.stored;
    const key = access.observe(before, task.id, choice);
    const open = this.open(task, access);
    let violation: Violation | null = null;
    try {
      this.executor.step(task, choice);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      violation = error;
    }
    const asks = (access.flags & Flag.chooses) !== 0;
    const answers = access.outcome !== null && !asks;
    this.steps.push({
      ...open,
      before: printValue(before),
      after: printValue(cell.stored),
      answer: asks ? `${choice}` : answers ? printValue(key) : null,
      result: node.find(key)?.result ?? null,
    });
    this.last = task;
    if (violation !== null) throw violation;
  }

  private open(task: Task, access: Access) {
    const moved = this.last !== null && this.last !== task;
    const preempted = moved && canGoOn(this.executor, this.last as Task);
    return {
      ...pendingStep(task, access),
      n: this.steps.length,
      begins: task.node.depth === 0,
      mark: preempted ? 'preemption' : moved ? 'switch' : null,
      locks: access.lock !== null,
    } as const;
  }

  private trace(violation: Violation | null, stuck: Trace['stuck']): Trace {
    const object = violation?.object ?? null;
    const tasks = this.executor.tasks.map(
      (t): TaskView => ({ name: t.label, phase: t.phase, ops: t.ops.map((op) => op.label) }),
    );
    // Two accesses may race before either operation has done a step.
    const atStart = violation?.property === 'data-race';
    const pending = this.executor.tasks
      .filter((task) => task.node.depth > 0 || atStart)
      .flatMap((task) => (task.node.access ? [pendingStep(task, task.node.access)] : []));
    return {
      tasks,
      steps: this.steps,
      pending,
      violation,
      object: object && { name: object.name, kind: object.kind, fields: fieldsOf(object) },
      stuck,
    };
  }
}

/** The step that a task has announced. */
function pendingStep(task: Task, access: Access): PendingStep {
  const { cell, verb, flags } = access;
  const { object } = cell;
  return {
    task: task.label,
    op: task.node.opIndex,
    opText: task.ops[task.node.opIndex]?.label ?? '',
    verb,
    mutates: (flags & Flag.mutates) !== 0,
    object: object.name,
    kind: object.kind,
    boot: object.boot,
    field: cell.field,
  };
}
