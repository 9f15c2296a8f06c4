// One workload on this tool, from a cold process to the verdict:
// `node dist/bench/peers/ours.js <variant> <tasks> <ops> [--mode search|reduced|dpor|first-error]`.
// Prints one line of JSON. Imports nothing but what it runs: the start-up is part of what is measured.

import type { Reduction } from '../../fuzz/explore/reductions.ts';
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

type Mode = (subject: Subject) => Promise<OurAnswer>;

const bounds = { maxStates: 1e8, maxDepth: 1e5, preemptions: Number.POSITIVE_INFINITY };

/** Counts the wrong states instead of stopping at them, as every peer is told to. */
function counting({ judge }: Subject) {
  const wrong = { seen: false };
  const quiescent = (): void => {
    try {
      judge.quiescent();
    } catch {
      wrong.seen = true;
    }
  };
  return { judge: { ...judge, quiescent }, wrong };
}

async function searchAll(subject: Subject, reductions: readonly Reduction[]): Promise<OurAnswer> {
  const { ExhaustiveSearch } = await import('../../fuzz/explore/exhaustive.ts');
  const { judge, wrong } = counting(subject);
  const options = { ...bounds, reductions, onViolation: () => (wrong.seen = true) };
  const search = new ExhaustiveSearch(subject.executor, judge, options);
  const { states, transitions, complete } = search.run();
  return { violated: wrong.seen, complete, states, transitions };
}

/** One run for each trace; the count is judged at the end of runs, as by the stateless peers. */
async function traces(subject: Subject): Promise<OurAnswer> {
  const { StatelessSearch } = await import('../../fuzz/explore/dpor.ts');
  const { judge, wrong } = counting(subject);
  const options = {
    maxRuns: 1e9,
    maxDepth: 1e5,
    quiescent: false,
    onViolation: () => (wrong.seen = true),
  };
  const result = new StatelessSearch(subject.executor, judge, options).run();
  return { violated: wrong.seen, complete: result.complete, traces: result.traces };
}

async function firstError({ executor, judge }: Subject): Promise<OurAnswer> {
  const { ShortestSearch } = await import('../../fuzz/explore/shortest.ts');
  const { found, complete } = new ShortestSearch(executor, judge, { maxStates: 1e7 }).run();
  if (found === null) return { violated: false, complete };
  const { decisions, switches } = found;
  return { violated: true, complete, steps: decisions.length, switches };
}

export const modes: Readonly<Record<string, Mode>> = {
  search: (subject) => searchAll(subject, []),
  reduced: async (subject) => {
    const { reductions } = await import('../../fuzz/explore/reductions.ts');
    return searchAll(subject, reductions);
  },
  dpor: traces,
  'first-error': firstError,
};

async function main([variant, tasks, ops, flag, name]: readonly string[]): Promise<void> {
  const mode = flag === undefined ? modes['search'] : flag === '--mode' ? modes[name ?? ''] : null;
  const numbers = [Number(tasks), Number(ops)] as const;
  const known = variant === 'A' || variant === 'B' || variant === 'C';
  if (!mode || !known || numbers.some((n) => !(Number.isInteger(n) && n > 0))) {
    const there = Object.keys(modes);
    console.error(`usage: ours.js <A|B|C> <tasks> <ops> [--mode ${there.join('|')}]`);
    process.exitCode = 2;
    return;
  }
  const answer = await mode(toyW(variant satisfies Variant, ...numbers));
  const rssMb = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ ...answer, rssMb })}\n`);
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));
