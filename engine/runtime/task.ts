// A task: a program of operations, and where in it the task stands.

import type { Steps } from './access.ts';
import type { Node, Outcome } from './node.ts';
import type { Allocator } from './step.ts';

/** One operation of a program: plain generator code under a name. */
export interface Operation {
  /** Equal labels at the same place of the same task are the same code with the same arguments. */
  readonly label: string;
  start(): Steps<Outcome>;
}

/** When a task runs: alone and first, side by side, alone and last, or whenever there is work. */
export type Phase = 'setup' | 'main' | 'exit' | 'daemon';

const orders = { setup: 0, main: 1, exit: 2, daemon: 3 } as const satisfies Record<Phase, number>;

/** The order of tasks that run in every phase. */
export const daemonOrder = orders.daemon;

export interface TaskSpec {
  /** T0, T1, …; unique in a run. */
  readonly name: string;
  readonly phase: Phase;
  readonly ops: readonly Operation[];
  /** Tasks with equal texts do the same with the same things, but for their names. Default: none. */
  readonly alike?: string;
}

/** A generator and the node it stands at. */
export interface Parked {
  readonly steps: Steps<Outcome>;
  node: Node;
  allocations: number;
}

export class Task implements Allocator {
  readonly id: number;
  readonly label: string;
  readonly phase: Phase;
  /** The phase as a number: tasks of the lowest order that are left run. */
  readonly order: number;
  readonly ops: readonly Operation[];
  readonly alike: string | null;
  node: Node;
  /** Root nodes of the operations, then the node of a finished program. */
  readonly roots: readonly Node[];
  parked: Parked | null = null;
  opIndex = 0;
  allocations = 0;

  constructor(id: number, spec: TaskSpec, roots: readonly Node[]) {
    this.id = id;
    this.label = spec.name;
    this.phase = spec.phase;
    this.order = orders[spec.phase];
    this.ops = spec.ops;
    this.alike = spec.alike ?? null;
    this.roots = roots;
    this.node = roots[0] as Node;
  }

  /** Between two operations, or not begun, or finished. */
  get idle(): boolean {
    return this.node.depth === 0;
  }

  get finished(): boolean {
    return this.node.access === null;
  }
}
