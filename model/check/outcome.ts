// What a property may come to. A run that was found is real whatever was cut; that there is none is known
// only if nothing was: so a bound turns `holds` into `inconclusive`, and never hides a violation.
import { type Graph, isComplete } from './explore.ts';
import type { Run } from './paths.ts';

export type Verdict = 'holds' | 'violated' | 'inconclusive';

export interface Outcome {
  readonly verdict: Verdict;
  readonly why: string;
  readonly run: Run | null;
}

export const violated = (why: string, run: Run): Outcome => ({ verdict: 'violated', why, run });

/** Nothing was found against it: that is all there is to know, unless something was cut. */
export function unopposed(graph: Graph<unknown>, why: string): Outcome {
  if (isComplete(graph)) return { verdict: 'holds', why, run: null };
  return { verdict: 'inconclusive', why: 'no violation as far as explored', run: null };
}
