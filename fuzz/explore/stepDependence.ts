// Whether the next steps of two tasks depend on each other in the state as it is: if not, they lead to
// the same state in either order.

import {
  type Access,
  alternativesNow,
  dependent,
  type Edge,
  type Executor,
  Flag,
  type Listener,
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
    if (x.cell.object === y.cell.object && this.atOnce(x, y)) return true;
    const { listener } = this.executor;
    return listener !== null && this.judged(listener, a, b);
  }

  private movesQuietly({ phase }: Task): boolean {
    return phase === 'daemon' && this.without !== 'daemons show';
  }

  private atOnce(x: Access, y: Access): boolean {
    return dependent(x, y) && (this.without !== 'frees count' || x.cell === y.cell);
  }

  /**
   * Whoever listens to operations is told of them in an order, and may look around. While nothing is
   * in flight he remembers what he sees, so it matters what daemons do then.
   */
  private judged(listener: Listener, a: Task, b: Task): boolean {
    const first = isBoundary(a);
    const second = isBoundary(b);
    const [told, toldToo] = [first || this.movesQuietly(a), second || this.movesQuietly(b)];
    if (told && toldToo && this.without !== 'ends count') return true;
    if (this.without === 'looks count') return false;
    return (first && looksAt(listener, a, b)) || (second && looksAt(listener, b, a));
  }
}

function looksAt(listener: Listener, task: Task, other: Task): boolean {
  return listener.looks?.(task, task.node.opIndex) === true && isSeen(other);
}

/** Whether some step that the task may take next is like this, or is not known yet. */
function mayStep(task: Task, like: (edge: Edge) => boolean): boolean {
  const { node, id } = task;
  const access = node.access as Access;
  const ways = (access.flags & Flag.chooses) === 0 ? 1 : alternativesNow(access);
  for (let choice = 0; choice < ways; choice++) {
    const edge = node.find(access.observe(access.cell.stored, id, choice));
    if (edge === undefined || like(edge)) return true;
  }
  return false;
}

const ends = ({ to }: Edge) => to === null;
const allocates = ({ fresh }: Edge) => fresh !== null;

/** The task's next step may end an operation. */
export function mayEnd(task: Task): boolean {
  return mayStep(task, ends);
}

/** The task's next step begins or may end an operation. */
export function isBoundary(task: Task): boolean {
  return task.node.depth === 0 || mayStep(task, ends);
}

/** Whoever looks around before and after the task's next step may see a difference. */
export function isSeen(task: Task): boolean {
  const { flags } = task.node.access as Access;
  return (flags & Flag.mutates) !== 0 || mayStep(task, allocates);
}
