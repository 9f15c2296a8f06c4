// The proof at the end: whatever single thing is taken away, an operation, a task, a preemption or a
// refusal, no run of what is left shows the failure. Each claim is a search.

import { dropOps, dropTask, placesOf } from './edit.ts';
import type { AnyProgram } from '../engine/program.ts';
import type { Shrinker } from './shrinker.ts';

export type Proof = 'proved' | 'within bounds' | 'improved';

interface Claim {
  readonly program: AnyProgram;
  readonly preemptions: number;
  readonly refusals: number;
}

/** Improves the run where a claim is wrong; `within bounds` where a search hit its bound. */
export function proveOneMinimal(shrinker: Shrinker): Proof {
  shrinker.pass = 'proof';
  let proof: Proof = 'proved';
  for (const { program, preemptions, refusals } of claims(shrinker)) {
    const answer = shrinker.search(program, preemptions, refusals);
    if (answer.verdict === 'found' && shrinker.adopt(answer.run)) return 'improved';
    if (answer.verdict !== 'absent') proof = 'within bounds';
  }
  return proof;
}

function* claims({ best, size }: Shrinker): Generator<Claim> {
  const { program } = best;
  const any = { preemptions: Number.POSITIVE_INFINITY, refusals: program.faults.budget };
  for (const place of placesOf(program)) yield { program: dropOps(best, [place]).program, ...any };
  if (program.tasks.length > 1)
    for (const i of program.tasks.keys()) yield { program: dropTask(best, i).program, ...any };
  const { preemptions, refusals } = size;
  if (preemptions > 0) yield { ...any, program, preemptions: preemptions - 1 };
  if (refusals > 0) yield { program, preemptions, refusals: refusals - 1 };
}
