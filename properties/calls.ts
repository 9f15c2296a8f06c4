// A program's operations as the machines know them: one call for each place in the program.

import { type Op, opText, type SpaprProgram } from '../engine/index.ts';
import type { Task } from '../engine/runtime/index.ts';
import { oracle, type Pending } from '../model/index.ts';

export interface Call {
  readonly op: Op;
  /** Number of the task, and of the process it belongs to. */
  readonly task: number;
  readonly process: number;
  /** The call as it begins. */
  readonly pending: Pending;
  /** Equal for calls of the same task that are the same. */
  readonly id: number;
}

export class Calls {
  private readonly byTask: readonly (readonly Call[])[];

  /** `number`: of a call by its text, the same for all who share what follows from calls. */
  constructor(program: SpaprProgram, number: (text: string) => number) {
    const of = (ops: readonly Op[], task: number, process: number) =>
      ops.map((op): Call => {
        const id = number(`${task} ${process} ${opText(op)}`);
        return { op, task, process, pending: oracle.begin(op, process), id };
      });
    this.byTask = [
      of(program.setup, 0, 0),
      ...program.tasks.map(({ ops, process }, i) => of(ops, i + 1, process)),
    ];
  }

  /** Every call of the program. */
  get all(): readonly Call[] {
    return this.byTask.flat();
  }

  /** The call at this place; null for what is not of the program (exits, daemons). */
  of(task: Task, index: number): Call | null {
    return this.byTask[task.id]?.[index] ?? null;
  }
}
