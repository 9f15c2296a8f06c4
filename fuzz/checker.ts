// Checks one scenario on one engine: searches it exhaustively, shrinks what fails, and says which
// deltas are to blame.

import type { AnyDelta } from '../engine/defects/define.ts';
import type { AnyProgram } from '../engine/program.ts';
import { type Failing, type Run, shrink, type Shrunk } from '../shrinkers/index.ts';
import type { EngineRef } from './catalogue.ts';
import { causesOf } from './causes.ts';
import type { CheckItem, Found, Verdict } from './check.ts';
import { deltasOf } from './engines.ts';
import { ExhaustiveSearch } from './explore/exhaustive.ts';
import { instantiate } from './instance.ts';
import { scenarioById } from './scenarios/index.ts';
import { oracleFor, ShrinkOracle } from './shrinkOracle.ts';
import { makeFinding } from './trace/index.ts';

/** Steps of one run after which it is cut off: far more than any bundled program takes. */
const maxSteps = 20_000;

export interface ItemOptions {
  readonly toolVersion: string;
  readonly maxStates: number;
  readonly onProgress?: (states: number) => void;
}

/** A failing run as the search met it, and what it has in common with others that are the same. */
export interface RawFailure extends Failing {
  /** The deltas to blame for this run. */
  readonly causes: readonly string[];
  /** Property, key and causes. */
  readonly signature: string;
}

/** One scenario searched on one engine; nothing is shrunk yet. */
export interface Searched extends Omit<CheckItem, 'found'> {
  readonly failures: readonly RawFailure[];
}

export function searchScenario(engine: EngineRef, id: string, options: ItemOptions): Searched {
  const scenario = scenarioById(id);
  if (scenario === undefined) throw new Error(`there is no scenario ${id}`);
  return { engine, scenario: id, ...searchProgram(engine, scenario.program, options) };
}

/** One program searched on one engine; of its failures, those that are `wanted`. */
export function searchProgram(
  engine: EngineRef,
  program: AnyProgram,
  options: Omit<ItemOptions, 'toolVersion'>,
  wanted: (property: string, key: string) => boolean = () => true,
): Omit<Searched, 'engine' | 'scenario'> {
  const deltas = deltasOf(engine);
  const { executor, judge } = instantiate(program, deltas);
  const failures = new Map<string, Failing>();
  const search = new ExhaustiveSearch(executor, judge, {
    maxStates: options.maxStates,
    maxDepth: maxSteps,
    preemptions: Number.POSITIVE_INFINITY,
    onViolation: ({ property, key }, decisions) => {
      if (!wanted(property, key)) return true;
      const failing = { program, decisions, property, key };
      const id = JSON.stringify([property, key, decisions.at(-1)?.task, lastOperation(failing)]);
      const known = failures.get(id);
      if (known === undefined || known.decisions.length > decisions.length)
        failures.set(id, failing);
      return true;
    },
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
  const { states, transitions, finalStates, maxDepth, complete } = search.run();
  const verdict: Verdict = failures.size > 0 ? 'violated' : complete ? 'holds' : 'inconclusive';
  const bound = `not all states were seen: more than ${options.maxStates}, or a run over ${maxSteps} steps`;
  return {
    verdict,
    reason: verdict === 'inconclusive' ? bound : null,
    figures: { states, transitions, finalStates, maxDepth },
    violated: propertiesOf([...failures.values()]),
    failures: distinctFailures([...failures.values()].map((f) => signed(f, deltas))),
  };
}

const propertiesOf = (failures: readonly Failing[]) =>
  [...new Set(failures.map((f) => f.property))].sort();

export function checkScenario(engine: EngineRef, id: string, options: ItemOptions): CheckItem {
  const { failures, ...item } = searchScenario(engine, id, options);
  const found = failures.flatMap((failure) =>
    explainTogether([{ engine, failure }], options.toolVersion),
  );
  return { ...item, found: distinctFound(found) };
}

function signed(failing: Failing, deltas: readonly AnyDelta[]): RawFailure {
  const causes = causesOf(failing, deltas).map((d) => d.id);
  const { property, key } = failing;
  const signature = JSON.stringify([property, key, causes]);
  return { ...failing, causes, signature };
}

/** Of failures with one signature, the one of the smallest program, then with the shortest run. */
export function distinctFailures<F extends RawFailure>(failures: readonly F[]): F[] {
  const best = new Map<string, F>();
  for (const failure of failures) {
    const known = best.get(failure.signature);
    if (known === undefined || weight(failure) < weight(known))
      best.set(failure.signature, failure);
  }
  return [...best.values()];
}

const weight = ({ program: { setup, tasks }, decisions }: Failing) =>
  tasks.reduce((n, task) => n + task.ops.length, setup.length) * 1e6 + decisions.length;

/** The kinds of operations of the task whose step failed. */
export function lastOperation({ program, decisions }: Failing): string {
  const last = decisions.at(-1)?.task ?? 0;
  const ops = last === 0 ? program.setup : (program.tasks[last - 1]?.ops ?? []);
  return [...new Set(ops.map((op) => op.op))].sort().join(' ');
}

/** Shrinks a failing run, finds its causes, and makes a finding of it. */
export function explain(
  failing: Failing,
  engine: EngineRef,
  deltas: readonly AnyDelta[],
  toolVersion: string,
  seed?: Found['finding']['seed'],
): Found {
  const make = (program: Failing['program']) => instantiate(program, deltas);
  const shrunk = shrink(failing, oracleFor(make, failing));
  const small = shrunk.failing;
  const causes = causesOf(small, deltas).map((d) => d.id);
  return { finding: findingOf(shrunk, engine, make(small.program), toolVersion, seed), causes };
}

/** A failure and the engine that shows it. */
export interface Shown {
  readonly engine: EngineRef;
  readonly failure: RawFailure;
}

/**
 * The same failure of one scenario on several engines, shrunk once: on the reference with the deltas
 * to blame and nothing else. An engine that does not show what is left shrinks its own run.
 */
export function explainTogether(all: readonly Shown[], toolVersion: string): Found[] {
  const [first] = all;
  const shrunk = first === undefined ? null : shrunkOnCauses(first.failure);
  return all.map(({ engine, failure }) => {
    const deltas = deltasOf(engine);
    const found = shrunk === null ? null : transferred(shrunk, engine, deltas, toolVersion);
    return found ?? explain(failure, engine, deltas, toolVersion);
  });
}

interface OnCauses {
  readonly shrunk: Shrunk;
  readonly causes: readonly string[];
}

/** Null where nobody is to blame. */
function shrunkOnCauses({ program, property, key, causes }: RawFailure): OnCauses | null {
  if (causes.length === 0) return null;
  const deltas = deltasOf({ revision: 'reference', deltas: causes });
  const make = (p: Failing['program']) => instantiate(p, deltas);
  // No decisions: those of a revision mean nothing here, a search of the scenario finds its own.
  const shrunk = shrink(
    { program, property, key, decisions: [] },
    new ShrinkOracle(make, { property, key }),
  );
  return { shrunk, causes: causesOf(shrunk.failing, deltas).map((d) => d.id) };
}

/** The shrunk program on another engine: its run if that fits, else the one that a search finds. */
function transferred(
  { shrunk, causes }: OnCauses,
  engine: EngineRef,
  deltas: readonly AnyDelta[],
  toolVersion: string,
): Found | null {
  const { program, property, key } = shrunk.failing;
  const make = (p: Failing['program']) => instantiate(p, deltas);
  const oracle = new ShrinkOracle(make, { property, key });
  const run = oracle.replay(shrunk.run) ?? searched(oracle, shrunk);
  if (run === null || run.preemptions > shrunk.run.preemptions) return null;
  const failing = { program, property, key, decisions: run.decisions };
  const moved = { ...shrunk, failing };
  return { finding: findingOf(moved, engine, make(program), toolVersion, undefined), causes };
}

function searched(oracle: ShrinkOracle, { failing: { program }, run }: Shrunk): Run | null {
  const { preemptions } = run;
  const bounds = { preemptions, refusals: program.faults.budget, maxStates: 100_000 };
  const found = oracle.search(program, bounds);
  return found.verdict === 'found' ? found.run : null;
}

function findingOf(
  shrunk: Shrunk,
  engine: EngineRef,
  instance: ReturnType<typeof instantiate>,
  toolVersion: string,
  seed: Found['finding']['seed'],
): Found['finding'] {
  const { failing, from, dropped } = shrunk;
  const { operations, tasks, preemptions, switches } = from;
  return makeFinding({
    toolVersion,
    revision: engine.revision,
    deltas: engine.deltas,
    instance,
    decisions: failing.decisions,
    violation: { property: failing.property, key: failing.key },
    shrinking: { from: { operations, tasks, preemptions, switches }, dropped },
    ...(seed && { seed }),
  });
}

/** One for each property, key and set of causes: the first, which is as small as any. */
export function distinctFound(found: readonly Found[]): Found[] {
  const known = new Set<string>();
  return found.filter(({ finding, causes }) => {
    const id = JSON.stringify([finding.property, finding.key, causes]);
    return !known.has(id) && known.add(id);
  });
}
