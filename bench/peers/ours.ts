// One workload on this tool, from a cold process to the verdict:
// `node dist/bench/peers/ours.js <variant> <tasks> <ops> [--mode search|reduced|dpor|first-error]`.
// Prints one line of JSON. Imports nothing but what it runs: the start-up is part of what is measured.

import { ExhaustiveSearch } from '../../fuzz/explore/exhaustive.ts';
import { type Reduction, reductions } from '../../fuzz/explore/reductions.ts';
import { ShortestSearch } from '../../fuzz/explore/shortest.ts';
import type { Variant } from '../workload/known.ts';
import { toyW } from '../workload/w.ts';

type Subject = ReturnType<typeof toyW>;

/** What a mode answers; the adapter (adapters/ours.ts) reads it back. */
export interface OurAnswer {
  readonly violated: boolean;
  readonly complete: boolean;
  readonly states?: number;
  readonly transitions?: number;
  readonly traces?: number;
  readonly steps?: number;
  readonly switches?: number;
}

type Mode = (subject: Subject) => OurAnswer;

const bounds = { maxStates: 1e8, maxDepth: 1e5, preemptions: Number.POSITIVE_INFINITY };

/** Counts the wrong states instead of stopping at them, as every peer is told to. */
function searchAll({ executor, judge }: Subject, chosen: readonly Reduction[]): OurAnswer {
  let violated = false;
  const counting = {
    ...judge,
    quiescent(): void {
      try {
        judge.quiescent();
      } catch {
        violated = true;
      }
    },
  };
  const onViolation = () => (violated = true);
  const options = { ...bounds, reductions: chosen, onViolation };
  const { states, transitions, complete } = new ExhaustiveSearch(executor, counting, options).run();
  return { violated, complete, states, transitions };
}

function firstError({ executor, judge }: Subject): OurAnswer {
  const { found, complete } = new ShortestSearch(executor, judge, { maxStates: 1e7 }).run();
  if (found === null) return { violated: false, complete };
  const { decisions, switches } = found;
  return { violated: true, complete, steps: decisions.length, switches };
}

/** A mode without code is one that this version does not have: the bench leaves it out. */
export const modes: Readonly<Record<string, Mode | null>> = {
  search: (subject) => searchAll(subject, []),
  reduced: (subject) => searchAll(subject, reductions),
  dpor: null,
  'first-error': firstError,
};

function main([variant, tasks, ops, flag, name]: readonly string[]): void {
  const mode = flag === undefined ? modes['search'] : flag === '--mode' ? modes[name ?? ''] : null;
  const numbers = [Number(tasks), Number(ops)] as const;
  const known = variant === 'A' || variant === 'B' || variant === 'C';
  if (!mode || !known || numbers.some((n) => !(Number.isInteger(n) && n > 0))) {
    const there = Object.keys(modes).filter((key) => modes[key] !== null);
    console.error(`usage: ours.js <A|B|C> <tasks> <ops> [--mode ${there.join('|')}]`);
    process.exitCode = 2;
    return;
  }
  const answer = mode(toyW(variant satisfies Variant, ...numbers));
  const rssMb = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ ...answer, rssMb })}\n`);
}

if (process.argv[1] === import.meta.filename) main(process.argv.slice(2));
