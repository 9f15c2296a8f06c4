// How deep a defect is. A bug of depth 2 is found by some run of PCT with one change point, and there
// are few of those: every order of the tasks, a fall before every contested step, every answer of the
// environment. A defect that none of them shows is deeper.

import type { Executor, Task, Violation } from '../../engine/runtime/index.ts';
import { Runner, type Subject } from '../../fuzz/run.ts';
import type { Scheduler } from '../../fuzz/schedulers/scheduler.ts';

/** One run of PCT of depth 2 as a value. */
class Fixed implements Scheduler {
  /** Ways that there were at each choice, and which was taken; what is given is repeated. */
  readonly answers: { given: number; ways: number }[];
  contested = 0;
  private readonly order: readonly number[];
  private readonly change: number;
  private fallen = -1;
  private asked = 0;

  constructor(order: readonly number[], change: number, answers: Fixed['answers']) {
    this.order = order;
    this.change = change;
    this.answers = answers;
  }

  begin(): void {}

  pick(runnable: readonly Task[], count: number): Task {
    if (count > 1 && ++this.contested === this.change)
      this.fallen = this.highest(runnable, count).id;
    return this.highest(runnable, count);
  }

  private highest(runnable: readonly Task[], count: number): Task {
    const rank = ({ id }: Task) => (id === this.fallen ? -1 : (this.order[id] as number));
    return runnable.slice(0, count).reduce((a, b) => (rank(b) > rank(a) ? b : a));
  }

  choose(_: Task, ways: number): number {
    const answer = (this.answers[this.asked++] ??= { given: 0, ways });
    answer.ways = ways;
    return answer.given;
  }
}

/** Every run of depth 2; a visitor that answers true ends it. */
export function eachShallowRun(
  subject: Subject,
  visit: (violation: Violation | null) => boolean,
): void {
  const runner = new Runner(subject, { maxSteps: 5000 });
  for (const order of ordersOf(subject.executor))
    for (let change = 0, last = 0; change <= last; change++) {
      let answers: Fixed['answers'] | null = [];
      while (answers !== null) {
        const scheduler: Fixed = new Fixed(order, change, answers);
        if (visit(runner.run(scheduler).violation)) return;
        last = Math.max(last, scheduler.contested);
        answers = nextAnswers(scheduler.answers);
      }
    }
}

/** The answers after these, the last one counting fastest; null after the last. */
function nextAnswers(answers: Fixed['answers']): Fixed['answers'] | null {
  const at = answers.findLastIndex(({ given, ways }) => given + 1 < ways);
  if (at < 0) return null;
  const { given, ways } = answers[at] as Fixed['answers'][number];
  return [...answers.slice(0, at), { given: given + 1, ways }];
}

/** Ranks by task id: tasks of the setup and the exit run alone, whatever their rank. */
function ordersOf({ tasks }: Executor): number[][] {
  const together = tasks.filter(({ phase }) => phase === 'main' || phase === 'daemon');
  const rank = (order: readonly Task[]) => tasks.map((task) => order.indexOf(task));
  return permutations(together).map(rank);
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
