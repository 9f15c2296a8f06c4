// Toy programs: a few lines of kernel-like code on a small world, ready for searches and runs.

import {
  checkLeaks,
  Environment,
  Executor,
  Heap,
  type Operation,
  type Outcome,
  Rcu,
  type Steps,
  type TaskSpec,
  type Violation,
} from '../../engine/runtime/index.ts';
import type { Decision } from '../../fuzz/explore/judge.ts';
import { ExhaustiveSearch, type SearchOptions } from '../../fuzz/explore/exhaustive.ts';
import type { Subject } from '../../fuzz/run.ts';

/** What every toy has at hand. */
export interface ToyWorld {
  readonly heap: Heap;
  readonly env: Environment;
  readonly rcu: Rcu;
}

export type Body = () => Steps<unknown>;

/** Bodies by phase; each entry of `main` is a task, T0, T1, … */
export interface ToyProgram {
  readonly setup?: readonly Body[];
  readonly main: readonly (readonly Body[])[];
  readonly exit?: readonly Body[];
  /** Further tasks of the exit, one for each list. */
  readonly exits?: readonly (readonly Body[])[];
  /** By name. Default: that of RCU. */
  readonly daemons?: Readonly<Record<string, Body>>;
  /** By task of `main`: equal texts are the same code. */
  readonly alike?: readonly string[];
}

export interface Toy extends Subject {
  readonly heap: Heap;
}

const done: Outcome = { ret: 0 };

function operation(body: Body, index: number): Operation {
  return {
    label: `op ${index}`,
    *start() {
      yield* body();
      return done;
    },
  };
}

/** Builds a toy; `refusals` is what the environment may refuse in one run. */
export function toy(build: (world: ToyWorld) => ToyProgram, refusals = 1): Toy {
  const heap = new Heap();
  const env = heap.boot(Environment, 'env', refusals);
  const rcu = heap.boot(Rcu, 'rcu');
  const program = build({ heap, env, rcu });
  const spec = (name: string, phase: TaskSpec['phase'], bodies: readonly Body[]): TaskSpec => ({
    name,
    phase,
    ops: bodies.map(operation),
  });
  const specs = [
    ...program.main.map((bodies, i): TaskSpec => {
      const task = spec(`T${i}`, 'main', bodies);
      const alike = program.alike?.[i];
      return alike === undefined ? task : { ...task, alike };
    }),
    spec('setup', 'setup', program.setup ?? []),
    spec('exit', 'exit', program.exit ?? []),
    ...(program.exits ?? []).map((bodies, i) => spec(`exit${i + 1}`, 'exit', bodies)),
    ...Object.entries(program.daemons ?? { rcu: () => rcu.daemon() }).map(([name, body]) =>
      spec(name, 'daemon', [body]),
    ),
  ].filter((task) => task.ops.length > 0);
  const executor = new Executor({ heap, watchers: [], roots: new Map() }, specs);
  return { heap, executor, judge: { quiescent() {}, final: () => checkLeaks(heap) } };
}

export interface Finding {
  readonly violation: Violation;
  readonly decisions: readonly Decision[];
}

export const unbounded = {
  maxStates: 1e6,
  maxDepth: 1e4,
  preemptions: Number.POSITIVE_INFINITY,
} satisfies Partial<SearchOptions>;

/** Searches everything and goes on after each violation. */
export function searchAll(subject: Subject, options: Partial<SearchOptions> = {}) {
  const findings: Finding[] = [];
  const onViolation = (violation: Violation, decisions: Decision[]) =>
    findings.push({ violation, decisions }) > 0;
  const all = { ...unbounded, onViolation, ...options };
  const result = new ExhaustiveSearch(subject.executor, subject.judge, all).run();
  return { result, findings };
}
