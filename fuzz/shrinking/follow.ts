// Follows moves on a program that they may not have been made for, as shrinking needs it. Moves name
// operations, not task numbers or step counts, so that a schedule survives when operations before it
// disappear or take another path.

import type { Executor, Phase, Task } from '../../engine/runtime/index.ts';
import type { Move } from '../../shrinkers/run.ts';
import { canGoOn, type Scheduler } from '../schedulers/scheduler.ts';

const inOrder: readonly Phase[] = ['setup', 'main', 'exit'];

export class Follow implements Scheduler {
  private readonly moves: readonly Move[];
  private readonly answers: ReadonlyMap<string, number>;
  private readonly asked = new Map<string, number>();
  private places = new Map<Task, string>();
  private tasks = new Map<string, Task>();
  private executor: Executor | null = null;
  private last: Task | null = null;
  private next = 0;

  constructor(moves: readonly Move[]) {
    this.moves = moves;
    this.answers = answersOf(moves);
  }

  begin(executor: Executor): void {
    this.executor = executor;
    this.places = placesOf(executor.tasks);
    this.tasks = new Map([...this.places].map(([task, place]) => [place, task]));
    this.asked.clear();
    this.last = null;
    this.next = 0;
  }

  pick(runnable: readonly Task[]): Task {
    this.last = this.followed(runnable) ?? this.goOn(runnable);
    return this.last;
  }

  /** The answer that the moves have for this question, by how often the operation asked it. */
  choose(task: Task, ways: number): number {
    const question = `${this.places.get(task)}/${task.node.opIndex}/${task.node.access?.verb}`;
    const times = this.asked.get(question) ?? 0;
    this.asked.set(question, times + 1);
    const key = `${question}#${times}`;
    return Math.min(this.answers.get(key) ?? 0, ways - 1);
  }

  /** The task of the next move that can be followed; null when there is none left. */
  private followed(runnable: readonly Task[]): Task | null {
    const executor = this.executor as Executor;
    for (; this.next < this.moves.length; this.next++) {
      const move = this.moves[this.next] as Move;
      const task = this.tasks.get(`${move.phase}${move.nth}`);
      if (task === undefined || task.finished) continue;
      if (task.phase !== 'daemon' && task.node.opIndex > move.op) continue;
      if (this.isTooEarly(task, runnable)) return this.goOn(runnable);
      if (executor.ways(task) === 0) continue;
      // An operation that takes longer than it did is brought to its end first.
      if (task.phase === 'daemon' || task.node.opIndex === move.op) this.next++;
      return task;
    }
    return null;
  }

  /** Whether tasks of an earlier phase still have to run. */
  private isTooEarly(task: Task, runnable: readonly Task[]): boolean {
    const phase = inOrder.indexOf(task.phase);
    return runnable.some((t) => t !== task && isBefore(t, phase) && this.canRun(t));
  }

  private canRun(task: Task): boolean {
    return (this.executor as Executor).ways(task) !== 0;
  }

  /** Without preempting anyone, lowest task first. */
  private goOn(runnable: readonly Task[]): Task {
    const { last } = this;
    if (last !== null && canGoOn(this.executor as Executor, last)) return last;
    return runnable[0] as Task;
  }
}

const isBefore = (task: Task, phase: number) =>
  task.phase !== 'daemon' && inOrder.indexOf(task.phase) < phase;

function answersOf(moves: readonly Move[]): Map<string, number> {
  const answers = new Map<string, number>();
  const asked = new Map<string, number>();
  for (const { phase, nth, op, asked: verb, choice } of moves) {
    if (verb === null) continue;
    const question = `${phase}${nth}/${op}/${verb}`;
    const times = asked.get(question) ?? 0;
    asked.set(question, times + 1);
    answers.set(`${question}#${times}`, choice);
  }
  return answers;
}

/** Each task's phase and its number within the phase: the place that moves name. */
function placesOf(tasks: readonly Task[]): Map<Task, string> {
  const counts = new Map<Phase, number>();
  return new Map(
    tasks.map((task) => {
      const nth = counts.get(task.phase) ?? 0;
      counts.set(task.phase, nth + 1);
      return [task, `${task.phase}${nth}`];
    }),
  );
}
