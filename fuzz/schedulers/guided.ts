// Partial order sampling that is asked for orders: each run draws some ordered pairs of places that do
// not commute, of those met in the program's earlier runs and rather those asked for less often, and
// holds a task at the second place of a pair until the first was passed. A bug of depth d is d such
// pairs, and there are far fewer pairs than steps. (The idea of asking for orders is from Wolff, Shi,
// Duck, Mathur, Roychoudhury: "Greybox Fuzzing for Concurrency Testing", ASPLOS 2024. There, schedules
// that saw something new are kept and changed; here, only how often each order was drawn is kept.)

import type { Executor, Task } from '../../engine/runtime/index.ts';
import type { Rng } from '../rng.ts';
import type { Order, Orders } from './orders.ts';
import { StepPriorities } from './pos.ts';
import { randomAnswer, refusalProbability, type Scheduler } from './scheduler.ts';

/** Orders that a run is asked for: more than a bug needs, since some are there already. */
const fewest = 2;
const most = 8;

export class Guided implements Scheduler {
  private readonly rng: Rng;
  private readonly orders: Orders;
  private readonly refusal: number;
  private readonly priorities = new StepPriorities();
  /** Asked for, and neither place was passed yet. */
  private open: Order[] = [];

  constructor(rng: Rng, orders: Orders, refusal = refusalProbability) {
    this.rng = rng;
    this.orders = orders;
    this.refusal = refusal;
  }

  begin(executor: Executor): void {
    const { rng, orders } = this;
    this.priorities.begin(executor, rng);
    this.open = orders.draw(rng, fewest + rng.next(most - fewest + 1));
  }

  pick(runnable: readonly Task[], count: number): Task {
    const task = count === 1 ? (runnable[0] as Task) : this.best(runnable, count);
    if (meets(task)) this.passed(task);
    return task;
  }

  private best(runnable: readonly Task[], count: number): Task {
    const { priorities, rng } = this;
    let best = runnable[0] as Task;
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const task = runnable[i] as Task;
      // Priorities are below 1: a task that is held runs only if all are.
      const priority = priorities.of(task) - (this.holds(task) ? 1 : 0);
      if (priority <= highest) continue;
      best = task;
      highest = priority;
    }
    priorities.performed(best, runnable, count, rng);
    return best;
  }

  private holds(task: Task): boolean {
    if (this.open.length === 0 || !meets(task)) return false;
    const place = this.orders.placeOf(task);
    return this.open.some(({ second }) => second === place);
  }

  /** An order whose first place is passed is met; one whose second is passed was held in vain. */
  private passed(task: Task): void {
    const place = this.orders.placeOf(task);
    const over = ({ first, second }: Order) => first === place || second === place;
    if (this.open.some(over)) this.open = this.open.filter((order) => !over(order));
  }

  choose(task: Task, ways: number): number {
    return randomAnswer(this.rng, task, ways, this.refusal);
  }
}

/** Tasks of the setup and the exit run after one another: there is nothing to order. */
const meets = ({ phase }: Task) => phase === 'main' || phase === 'daemon';
