// The smallest program that shows a property violated, found by trying all of them by increasing
// size. The measure of shrinking: what a shrinker leaves should be no larger than this.

import type { AnyProgram } from '../engine/program.ts';
import type { Failing } from '../shrinkers/index.ts';
import { ExhaustiveSearch } from './explore/exhaustive.ts';
import type { Decision } from './explore/judge.ts';
import { countPrograms, programsOf, shapes, type Vocabulary } from './programs.ts';
import { type Instantiate, ShrinkOracle } from './shrinkOracle.ts';

export interface Wanted {
  readonly property: string;
  /** Default: any. */
  readonly key?: string;
}

export interface SmallestOptions {
  readonly maxOperations: number;
  readonly maxTasks: number;
  /**
   * Programs of fewer operations are searched with each operation in a task of its own, and no other:
   * what operations do in fewer tasks they do there as well, where they keep nothing in their tasks.
   * Default: 1, no program.
   */
  readonly oneEachBelow?: number;
  /** Preemptions a run may have. Default: any number. */
  readonly preemptions?: number;
  readonly statesPerProgram?: number;
  /** States of all programs together. */
  readonly maxStates?: number;
}

/** What was seen of the programs with so many operations in so many tasks. */
export interface Layer {
  readonly operations: number;
  readonly tasks: number;
  readonly programs: number;
  readonly states: number;
  /** Every run of every program of the layer was seen, up to the preemption bound. */
  readonly complete: boolean;
}

export interface SmallestResult {
  readonly found: (Failing & { readonly preemptions: number }) | null;
  readonly layers: readonly Layer[];
  /** All layers below the one that fails are complete: nothing smaller exists. */
  readonly proved: boolean;
}

type Limits = Required<SmallestOptions>;

/** Yields after every layer; returns the result. Run to the end with {@link findSmallest}. */
export function* smallest(
  vocabulary: Vocabulary,
  instantiate: Instantiate,
  wanted: Wanted,
  options: SmallestOptions,
): Generator<Layer, SmallestResult> {
  const limits: Limits = {
    oneEachBelow: 1,
    preemptions: Number.POSITIVE_INFINITY,
    statesPerProgram: 1_000_000,
    maxStates: 100_000_000,
    ...options,
  };
  const layers: Layer[] = [];
  let spent = 0;
  for (let operations = 1; operations <= limits.maxOperations; operations++) {
    const oneEach = operations < limits.oneEachBelow;
    const most = oneEach ? operations : Math.min(operations, limits.maxTasks);
    for (let tasks = oneEach ? operations : 1; tasks <= most; tasks++) {
      const search = new LayerSearch(instantiate, wanted, limits, limits.maxStates - spent);
      for (const shape of shapes(operations, tasks))
        for (const program of programsOf(vocabulary, shape)) if (!search.visit(program)) break;
      const { programs, states, complete } = search;
      const layer = { operations, tasks, programs, states, complete };
      spent += states;
      const proved = !oneEach && layers.every((l) => l.complete);
      layers.push(layer);
      yield layer;
      if (search.best !== null) return { found: search.best, layers, proved };
    }
  }
  return { found: null, layers, proved: layers.every((l) => l.complete) };
}

export function findSmallest(
  vocabulary: Vocabulary,
  instantiate: Instantiate,
  wanted: Wanted,
  options: SmallestOptions,
  onLayer: (layer: Layer) => void = () => {},
): SmallestResult {
  const search = smallest(vocabulary, instantiate, wanted, options);
  for (;;) {
    const next = search.next();
    if (next.done === true) return next.value;
    onLayer(next.value);
  }
}

/** How many programs {@link smallest} would look at, up to a size. */
export function countLayers(ops: number, { maxOperations, maxTasks }: SmallestOptions): number {
  let count = 0;
  for (let operations = 1; operations <= maxOperations; operations++)
    for (let tasks = 1; tasks <= Math.min(operations, maxTasks); tasks++)
      for (const shape of shapes(operations, tasks)) count += countPrograms(ops, shape);
  return count;
}

/** The programs of one layer: of those that fail, the one with the fewest preemptions. */
class LayerSearch {
  programs = 0;
  states = 0;
  complete = true;
  best: SmallestResult['found'] = null;
  private readonly instantiate: Instantiate;
  private readonly wanted: Wanted;
  private readonly limits: Limits;
  private readonly left: number;

  constructor(instantiate: Instantiate, wanted: Wanted, limits: Limits, left: number) {
    this.instantiate = instantiate;
    this.wanted = wanted;
    this.limits = limits;
    this.left = left;
  }

  /** False when nothing better can come of this layer, or the budget is spent. */
  visit(program: AnyProgram): boolean {
    if (this.best?.preemptions === 0) return false;
    if (this.states >= this.left) {
      this.complete = false;
      return false;
    }
    this.programs++;
    const limit = (this.best?.preemptions ?? Number.POSITIVE_INFINITY) - 1;
    const failing = this.search(program, Math.min(limit, this.limits.preemptions));
    if (failing !== null) this.improve(failing);
    return true;
  }

  private search(program: AnyProgram, preemptions: number): Failing | null {
    const { executor, judge } = this.instantiate(program);
    let failing: Failing | null = null;
    const result = new ExhaustiveSearch(executor, judge, {
      maxStates: Math.min(this.limits.statesPerProgram, this.left - this.states),
      maxDepth: 20_000,
      preemptions,
      onViolation: ({ property, key }, decisions: Decision[]) => {
        const { wanted } = this;
        if (property !== wanted.property || key !== (wanted.key ?? key)) return true;
        failing = { program, decisions, property, key };
        return false;
      },
    }).run();
    this.states += result.states;
    if (failing === null && !result.complete) this.complete = false;
    return failing;
  }

  /** The same program and failure with as few preemptions as it needs. */
  private improve(failing: Failing): void {
    const oracle = new ShrinkOracle(this.instantiate, failing);
    const most = oracle.reproduce(failing.program, failing.decisions)?.preemptions;
    if (most === undefined) throw new Error(`${failing.key}: found by search, but does not replay`);
    this.best = { ...failing, preemptions: most };
    const { budget } = failing.program.faults;
    const maxStates = this.limits.statesPerProgram;
    const bounds = { preemptions: most - 1, refusals: budget, maxStates };
    const fewer = most === 0 ? null : oracle.search(failing.program, bounds);
    if (fewer !== null) this.states += fewer.states;
    if (fewer?.verdict !== 'found') return;
    const { decisions, preemptions } = fewer.run;
    this.best = { ...failing, decisions, preemptions };
  }
}
