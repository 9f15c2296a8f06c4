// Whether the next steps of two tasks depend on each other in the state as it is: if not, they lead to
// the same state in either order.

import {
  type Access,
  dependent,
  type Executor,
  Flag,
  type Node,
  type Task,
} from '../../engine/runtime/index.ts';
import type { Condition } from './reductions.ts';

export class StepDependence {
  private readonly executor: Executor;
  private readonly without: Condition | null;

  constructor(executor: Executor, without: Condition | null = null) {
    this.executor = executor;
    this.without = without;
  }

  between(a: Task, b: Task): boolean {
    const x = a.node.access as Access;
    const y = b.node.access as Access;
    return this.atOnce(x, y) || (this.executor.listener !== null && this.judged(a, b));
  }

  private atOnce(x: Access, y: Access): boolean {
    if (!dependent(x, y)) return false;
    return this.without !== 'frees count' || x.cell === y.cell;
  }

  /** Whoever listens to operations is told of them in an order, and may look around. */
  private judged(a: Task, b: Task): boolean {
    const first = isBoundary(a);
    const second = isBoundary(b);
    if (first && second && this.without !== 'ends count') return true;
    if (this.without === 'looks count') return false;
    return (first && this.looksAt(a, b)) || (second && this.looksAt(b, a));
  }

  private looksAt({ id, node }: Task, other: Task): boolean {
    const { listener, tasks } = this.executor;
    return isSeen(other.node) && listener?.looks?.(tasks[id] as Task, node.opIndex) === true;
  }
}

/** Whoever looks around before and after the node's next step may see a difference. */
export function isSeen({ access, makes }: Node): boolean {
  return makes || ((access as Access).flags & Flag.mutates) !== 0;
}

/** The task's next step begins or may end an operation. */
export function isBoundary({ node }: Task): boolean {
  return node.depth === 0 || node.ends;
}
