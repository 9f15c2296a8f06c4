// Judges runs of one program of the IOMMU stack: asks every part's properties when operations return,
// whenever nothing is in flight, and at the end.

import type { IommuWorld } from '../../engine/iommu/index.ts';
import type { IommuOp, IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import {
  checkLeaks,
  type Executor,
  type Listener,
  type Outcome,
  type Task,
  Violation,
  type Watcher,
} from '../../engine/runtime/index.ts';
import { FaultWatcher } from '../faults.ts';
import { Judged } from '../judged.ts';
import { conformancePart } from './conformance.ts';
import type { PartJudge } from './part.ts';
import { parts } from './parts.ts';

/** Watchers to boot a program with: the first one's last state is the refusal that was met. */
export function iommuWatchersFor(): readonly Watcher<unknown>[] {
  return [new FaultWatcher()] as readonly Watcher<unknown>[];
}

export class IommuJudge implements Listener {
  private readonly world: IommuWorld;
  private readonly executor: Executor;
  private readonly judges: readonly PartJudge[];
  private readonly ops: readonly (readonly IommuOp[])[];
  private readonly judged = new Judged<true>();

  constructor(
    program: IommuProgram,
    world: IommuWorld,
    executor: Executor,
    quirks: readonly string[] = [],
  ) {
    this.world = world;
    this.executor = executor;
    this.ops = [program.setup, ...program.tasks.map((t) => t.ops)];
    // The machines come last: what a part's own property says is the better explanation.
    this.judges = [...parts, conformancePart].map((part) => part.judge(world, program, quirks));
  }

  onBegin(task: Task): void {
    const op = this.ops[task.id]?.[task.node.opIndex];
    if (op === undefined) return;
    for (const judge of this.judges) judge.onBegin?.(op, task);
  }

  onEnd(task: Task, result: Outcome, opIndex: number, watched: readonly unknown[]): void {
    const op = this.ops[task.id]?.[opIndex];
    if (op === undefined) return;
    const fault = (watched[0] ?? '') as string;
    for (const judge of this.judges) judge.onEnd?.(op, result, task, opIndex, fault);
  }

  looks(task: Task, opIndex: number): boolean {
    const op = this.ops[task.id]?.[opIndex];
    return op !== undefined && this.judges.some((judge) => looksAt(judge, op));
  }

  quiescent(): void {
    const { heap } = this.world;
    const { exiting } = this.executor;
    const lane1 = heap.digest1 ^ (exiting ? 0x51ed : 0);
    if (this.judged.get(lane1, heap.digest2) === undefined) {
      for (const judge of this.judges) atExit(exiting, () => judge.quiescent?.(exiting));
      this.judged.set(lane1, heap.digest2, true);
    }
    for (const judge of this.judges) judge.settle?.(exiting);
  }

  final(): void {
    this.quiescent();
    for (const judge of this.judges) judge.final?.();
    checkLeaks(this.world.heap);
  }
}

function looksAt(judge: PartJudge, op: IommuOp): boolean {
  if (judge.onBegin === undefined && judge.onEnd === undefined) return false;
  return judge.looks?.(op) ?? true;
}

/** What only shows while everything is released is another failure than what shows before. */
function atExit(exiting: boolean, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof Violation) || !exiting) throw error;
    const { property, key, message, object, counts } = error;
    throw new Violation(property, `${key} at exit`, message, object, counts);
  }
}
