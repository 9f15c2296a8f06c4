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

export interface DependenceOptions {
  /**
   * Where the judge follows intervals only (Listener.intervals), a run is the same as one of which he
   * demands more: dependence then is that of a step that is put off on the one that comes first.
   */
  readonly intervals?: boolean;
  readonly without?: Condition | null;
}

export class StepDependence {
  private readonly executor: Executor;
  private readonly intervals: boolean;
  private readonly without: Condition | null;

  constructor(executor: Executor, { intervals = false, without = null }: DependenceOptions = {}) {
    this.executor = executor;
    this.intervals = intervals && executor.listener?.intervals === true;
    this.without = without;
  }

  /** Whether it matters that the one task moves before the other, which is put off. */
  between(mover: Task, other: Task): boolean {
    const x = mover.node.access as Access;
    const y = other.node.access as Access;
    if (x.cell.object === y.cell.object && this.atOnce(x, y)) return true;
    const { listener } = this.executor;
    return listener !== null && this.judged(listener, mover, other);
  }

  private atOnce(x: Access, y: Access): boolean {
    return dependent(x, y) && (this.without !== 'frees count' || x.cell === y.cell);
  }

  /**
   * Whoever listens to operations is told of them in an order, and may look around. While nothing is
   * in flight he remembers what he sees, so it matters what daemons do then.
   */
  private judged(listener: Listener, mover: Task, other: Task): boolean {
    if (this.without !== 'ends count' && this.ordered(mover, other)) return true;
    if (this.without === 'looks count') return false;
    return looksAt(listener, mover, other) || looksAt(listener, other, mover);
  }

  private ordered(mover: Task, other: Task): boolean {
    if (!this.intervals)
      return (
        (this.movesQuietly(mover) || isBoundary(mover)) &&
        (this.movesQuietly(other) || isBoundary(other))
      );
    // What is put off begins later, after an end or a rest that it would not have come after.
    if (this.without === 'begins count') return false;
    return (
      (other.node.depth === 0 || this.movesQuietly(other)) &&
      (this.movesQuietly(mover) || mayEnd(mover))
    );
  }

  private movesQuietly({ phase }: Task): boolean {
    return phase === 'daemon' && this.without !== 'daemons show';
  }
}

function looksAt(listener: Listener, task: Task, other: Task): boolean {
  if (listener.looks?.(task, task.node.opIndex) !== true) return false;
  return isBoundary(task) && isSeen(other);
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
