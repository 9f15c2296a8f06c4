// Tasks that touch nothing in common cannot meet: each such part is searched alone, and the quiescent
// states of the whole are those of the parts put together, one of each. They are judged like any
// other, but not searched for: four tasks of n states each cost 4n, not n to the fourth.

import {
  type Access,
  type Cell,
  type Executor,
  Flag,
  type Footprint,
  type Node,
  type Task,
  type Value,
  Violation,
} from '../../engine/runtime/index.ts';
import type { Decision, Judge } from './judge.ts';
import type { SearchOrders } from './lockOrder.ts';
import type { SearchOptions, SearchResult } from './options.ts';
import { Pass } from './pass.ts';

/** A quiescent state of one part: what differs from where the parts begin. */
interface PartState {
  readonly decisions: readonly Decision[];
  readonly cells: readonly (readonly [Cell<Value>, Value])[];
  readonly nodes: readonly (readonly [Task, Node])[];
}

export class PartsSearch {
  private readonly executor: Executor;
  private readonly judge: Judge;
  private readonly options: SearchOptions;
  private readonly orders: SearchOrders;
  private readonly results: SearchResult[] = [];
  private assembled = 0;
  private violations = 0;
  private stuck = false;
  private complete = true;
  stopped = false;

  constructor(executor: Executor, judge: Judge, options: SearchOptions, orders: SearchOrders) {
    this.executor = executor;
    this.judge = judge;
    this.options = options;
    this.orders = orders;
  }

  /** Null if the program is of one part, or some part does not come to its end. */
  run(): SearchResult | null {
    const { executor } = this;
    const parts = partsOf(executor, this.options.without !== 'parts apart');
    if (parts.length < 2 || executor.listener !== null) return null;
    executor.reset();
    const setup = this.runSetup();
    if (setup === null || this.leftWork()) return null;
    const lists = parts.map((part) => this.searchPart(part, setup));
    if (this.stuck) return null;
    if (!this.stopped) this.assemble(lists, setup);
    executor.reset();
    return this.result();
  }

  /** The setup has one way to go, and its states are judged. Null: it has more than one. */
  private runSetup(): Decision[] | null {
    const { executor } = this;
    const decisions: Decision[] = [];
    const setup = executor.tasks.filter((t) => t.phase === 'setup');
    executor.lockOrder = this.orders;
    try {
      for (;;) {
        if (setup.every((t) => t.finished)) return decisions;
        if (executor.busy === 0) this.look();
        const able = executor.tasks.filter((t) => executor.ways(t) > 0);
        const [task] = able;
        if (task === undefined || able.length > 1 || executor.ways(task) > 1) return null;
        decisions.push({ task: task.id, choice: 0 });
        executor.step(task, 0);
      }
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return null;
    } finally {
      executor.lockOrder = null;
    }
  }

  /** The setup has given daemons work that may be of no part. */
  private leftWork(): boolean {
    const { executor, options } = this;
    if (options.without === 'setups leave work') return false;
    return executor.tasks.some((t) => t.phase === 'daemon' && executor.ways(t) > 0);
  }

  /** Every quiescent state of the part alone, with all others at their beginning. */
  private searchPart(tasks: number, setup: readonly Decision[]): PartState[] {
    const { executor } = this;
    const states: PartState[] = [];
    const base = executor.heap.top;
    const mine = executor.tasks.filter((t) => (tasks & (1 << t.id)) !== 0);
    const options: SearchOptions = {
      ...this.options,
      onQuiescent: () => {
        const cells = executor.heap.since(base).map((cell) => [cell, cell.stored] as const);
        const nodes = mine.map((task) => [task, task.node] as const);
        states.push({ decisions: pass.decisions.slice(setup.length), cells, nodes });
      },
    };
    const nobody: Judge = { quiescent() {}, final() {} };
    const pass = new Pass(executor, nobody, options, this.orders);
    const onEnd = () => {
      if (mine.some((t) => !t.finished && t.phase !== 'daemon')) this.stuck = true;
    };
    this.results.push(pass.runFrom({ from: setup, tasks, onEnd }));
    if (pass.stopped) this.stopped = true;
    return states;
  }

  /** One state of each part, in all combinations. */
  private assemble(lists: readonly PartState[][], decisions: readonly Decision[]): void {
    const [list, ...rest] = lists;
    if (list === undefined) return this.arrive(decisions);
    const { executor } = this;
    const { heap } = executor;
    for (const { cells, nodes, decisions: mine } of list) {
      if (this.stopped || !this.complete) return;
      const { top, digest1, digest2 } = heap;
      const before = nodes.map(([task]) => [task, task.node] as const);
      for (const [cell, value] of cells) heap.store(cell, value);
      for (const [task, node] of nodes) executor.place(task, node);
      this.assemble(rest, [...decisions, ...mine]);
      heap.undo(top, digest1, digest2);
      for (const [task, node] of before) executor.place(task, node);
    }
  }

  /** Where all programs have come to their end, what is left to do follows. */
  private arrive(decisions: readonly Decision[]): void {
    const { executor } = this;
    if (++this.assembled > this.options.maxStates) this.complete = false;
    if (executor.tasks.every((t) => t.finished || t.phase !== 'main')) {
      const pass = new Pass(executor, this.judge, this.options, this.orders);
      this.results.push(pass.runFrom({ from: decisions, tasks: -1, onEnd: null }));
      if (pass.stopped) this.stopped = true;
      return;
    }
    const { top, digest1, digest2 } = executor.heap;
    try {
      this.look();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.violations++;
      if (!this.options.onViolation(error, [...decisions])) this.stopped = true;
    }
    executor.heap.undo(top, digest1, digest2);
  }

  private look(): void {
    const { fingerprint1, fingerprint2 } = this.executor;
    this.options.onQuiescent?.(this.executor, fingerprint1, fingerprint2);
    this.judge.quiescent();
  }

  private result(): SearchResult {
    const sum = (of: (r: SearchResult) => number) => this.results.reduce((n, r) => n + of(r), 0);
    const states = sum((r) => r.states);
    return {
      states,
      assembled: this.assembled,
      transitions: sum((r) => r.transitions),
      quiescentStates: this.assembled + sum((r) => (r.finalStates > 0 ? r.quiescentStates - 1 : 0)),
      finalStates: sum((r) => r.finalStates),
      maxDepth: sum((r) => r.maxDepth),
      violations: this.violations + sum((r) => r.violations),
      complete: this.complete && !this.stopped && this.results.every((r) => r.complete),
      bytesPerState: sum((r) => r.bytesPerState * r.states) / Math.max(1, states),
      collisionProbability: sum((r) => r.collisionProbability),
    };
  }
}

/** The tasks that run side by side, as bits, in parts of which no two touch a cell that changes. */
function partsOf({ tasks }: Executor, apart: boolean): number[] {
  let parts: number[] = [];
  for (const task of tasks) {
    if (task.phase !== 'main' && task.phase !== 'daemon') continue;
    const meets = (part: number) =>
      tasks.some((other) => (part & (1 << other.id)) !== 0 && apart && touch(task, other));
    const met = parts.filter(meets);
    const whole = met.reduce((all, part) => all | part, 1 << task.id);
    parts = [...parts.filter((part) => !met.includes(part)), whole];
  }
  // A daemon that has nothing to do with anybody has nothing to do.
  const main = tasks.reduce((bits, t) => (t.phase === 'main' ? bits | (1 << t.id) : bits), 0);
  return parts.filter((part) => (part & main) !== 0);
}

const footprints = ({ roots }: Task): Footprint[] => [...new Set(roots.map((r) => r.footprint))];

function touch(a: Task, b: Task): boolean {
  return footprints(a).some((f) => footprints(b).some((g) => f.meets(g, changes)));
}

/** Also where they commute: states are put together cell by cell. */
function changes(a: Access, b: Access): boolean {
  const flags = a.flags | b.flags;
  if ((flags & Flag.mutates) === 0) return false;
  return a.cell === b.cell || (flags & (Flag.lifetime | Flag.whole)) !== 0;
}
