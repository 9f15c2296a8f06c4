// Holds an answer to what is known of the workload. A fast wrong answer is no answer.

import { isWrong, known, nameOf, shortestOfB, type Workload } from '../workload/known.ts';
import type { Answer, Configuration } from './peer.ts';

/** What is wrong with the answer, in words; empty if nothing is. */
export function complaints(
  { counts, purpose, promises }: Pick<Configuration, 'counts' | 'purpose' | 'promises'>,
  workload: Workload,
  answer: Answer,
): string[] {
  const found: string[] = [];
  const wanted = isWrong(workload) ? 'violated' : counts === 'random' ? 'nothing found' : 'holds';
  if (answer.verdict !== wanted) found.push(`the verdict is ${answer.verdict}, not ${wanted}`);
  if (purpose === 'verdict') found.push(...wrongCounts(counts, workload, answer));
  if (answer.verdict === 'violated') found.push(...wrongSizes(promises, answer));
  return found;
}

function wrongCounts(
  counts: Configuration['counts'],
  workload: Workload,
  answer: Answer,
): string[] {
  const row = known.find((each) => nameOf(each) === nameOf(workload));
  if (row === undefined) return [];
  const exact = (what: 'states' | 'transitions' | 'traces') =>
    answer[what] === row[what] || row[what] === null
      ? []
      : [`${answer[what]} ${what}, not ${row[what]}`];
  if (counts === 'states') return [...exact('states'), ...exact('transitions')];
  if (counts === 'traces') return exact('traces');
  // Random runs count nothing.
  const { states = 0 } = answer;
  return states <= row.states
    ? []
    : [`${states} states, more than the ${row.states} that there are`];
}

function wrongSizes(promises: Configuration['promises'], { steps, switches }: Answer): string[] {
  const found: string[] = [];
  if (steps !== undefined && steps < shortestOfB.steps)
    found.push(`a counterexample of ${steps} steps, where none is shorter than 10`);
  if (promises !== undefined && steps !== shortestOfB.steps)
    found.push(`a counterexample of ${steps} steps, not the promised ${shortestOfB.steps}`);
  if (promises === 'fewest steps and switches' && switches !== shortestOfB.switches)
    found.push(
      `a counterexample of ${switches} switches, not the promised ${shortestOfB.switches}`,
    );
  return found;
}
