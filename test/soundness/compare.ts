// What a reduction must keep: which violations there are, and which quiescent states are reached. A
// search is reduced to these two, so that two searches of one program can be compared.

import type { Cell, Executor, Value, Violation } from '../../engine/runtime/index.ts';
import { ExhaustiveSearch } from '../../fuzz/explore/exhaustive.ts';
import type { Condition, Reduction } from '../../fuzz/explore/reductions.ts';
import { lanesUnder, Symmetry } from '../../fuzz/explore/symmetry.ts';
import type { Subject } from '../../fuzz/run.ts';
import { atomicity } from '../../properties/refinement.ts';
import { properties } from '../../properties/catalogue.ts';
import { listedWhenReturned } from '../../properties/unregistered.ts';
import { memoryOf } from './memory.ts';

export interface Seen {
  /** `property key` of each violation, sorted. */
  readonly violations: readonly string[];
  /** The machines object to something; to what is not told apart (see `difference`). */
  readonly objects: boolean;
  /** Fingerprints of quiescent states, sorted; with symmetry, of those that were explored. */
  readonly quiescent: readonly string[];
  /** The same, with one fingerprint for all states that are renamings of each other. */
  readonly renamed: readonly string[];
  readonly states: number;
  readonly complete: boolean;
}

export interface Asked {
  readonly reductions: readonly Reduction[];
  readonly without?: Condition;
  readonly maxStates?: number;
}

const bounds = { maxDepth: 10_000, preemptions: Number.POSITIVE_INFINITY } as const;

/** What is said where no run of the machines explains what was seen. */
const objections = new Set([
  properties.conformance.id,
  properties.agreement.id,
  atomicity.id,
  'late',
] as string[]);

const isObjection = ({ property, key }: Violation): boolean =>
  objections.has(property) ||
  (property === properties.unregistered.id && key === listedWhenReturned);

/** Behind violations as well: searches with reductions go there by themselves. */
export function see({ executor, judge }: Subject, asked: Asked): Seen {
  const { reductions, without, maxStates = 200_000 } = asked;
  const own = Symmetry.of(executor);
  own?.begin();
  const sights = new Sights(executor);
  const { states, complete } = new ExhaustiveSearch(executor, judge, {
    ...bounds,
    maxStates,
    reductions,
    ...(reductions.length === 0 && { beyond: true }),
    ...(without && { without }),
    onViolation: (violation) => sights.onViolation(violation),
    onQuiescent: () => sights.onQuiescent(),
  }).run();
  own?.end();
  return { ...sights.all, states, complete };
}

/** What a search is seen to come to. */
export class Sights {
  private readonly executor: Executor;
  private readonly intervals: boolean;
  private readonly memory: ReadonlyMap<Cell<Value>, Value>;
  private readonly violations = new Set<string>();
  private readonly quiescent = new Set<string>();
  private readonly renamed = new Set<string>();
  private objects = false;

  /** To be made before the search begins. */
  constructor(executor: Executor) {
    this.executor = executor;
    this.intervals = executor.listener?.intervals === true;
    this.memory = this.intervals ? memoryOf(executor.heap) : new Map();
  }

  onViolation(violation: Violation): true {
    if (this.intervals && isObjection(violation)) this.objects = true;
    else this.violations.add(`${violation.property} ${violation.key}`);
    return true;
  }

  onQuiescent(): void {
    const { executor } = this;
    forgetting(executor, this.memory, () => {
      this.quiescent.add(`${executor.fingerprint1} ${executor.fingerprint2}`);
      this.renamed.add(least(executor));
    });
  }

  get all(): Omit<Seen, 'states' | 'complete'> {
    const sorted = (set: ReadonlySet<string>) => [...set].sort();
    return {
      violations: sorted(this.violations),
      objects: this.objects,
      quiescent: sorted(this.quiescent),
      renamed: sorted(this.renamed),
    };
  }
}

/** A judge that follows intervals may remember other things in the same state of the kernel. */
function forgetting(
  { heap }: Executor,
  memory: ReadonlyMap<Cell<Value>, Value>,
  look: () => void,
): void {
  const { top, digest1, digest2 } = heap;
  for (const [cell, value] of memory) heap.store(cell, value);
  look();
  heap.undo(top, digest1, digest2);
}

/** The least fingerprint of the renamings that are followed now: the search's own, or ours. */
function least(executor: Executor): string {
  const all = (executor.heap.renamings ?? []).map((r) => lanesUnder(executor, r).join(' '));
  return [`${executor.fingerprint1} ${executor.fingerprint2}`, ...all].sort()[0] as string;
}

/**
 * In what two searches of one program differ; null if in nothing that counts. Nothing is searched
 * behind an objection of the machines, which runs that are kept raise sooner, and maybe under another
 * name: then it counts that there is one, and that nothing is made up.
 */
export function difference(all: Seen, reduced: Seen, symmetric = false): string | null {
  const kept = symmetric ? 'renamed' : 'quiescent';
  if (all.objects !== reduced.objects)
    return all.objects ? 'the objections lost' : 'objections that are not there';
  const lists = [
    ['violation', all.violations, reduced.violations],
    ['quiescent state', all[kept], reduced[kept]],
  ] as const;
  for (const [what, full, less] of lists) {
    const lost = full.filter((x) => !less.includes(x));
    const made = less.filter((x) => !full.includes(x));
    if (lost.length > 0 && !all.objects)
      return `${lost.length} of ${full.length} lost, first ${what} ${lost[0]}`;
    if (made.length > 0) return `${made.length} that are not there, first ${what} ${made[0]}`;
  }
  return null;
}
