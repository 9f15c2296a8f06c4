// All kinds of random programs as searches see them: made anew for each search, so that none knows
// what another has learnt.

import { instantiate } from '../../fuzz/instance.ts';
import { derive, Rng } from '../../fuzz/rng.ts';
import type { Subject } from '../../fuzz/run.ts';
import { busyOf, randomBusy } from './busy.ts';
import { randomEngineProgram } from './engine.ts';
import { randomToy, toyOf } from './toys.ts';

export interface Candidate {
  readonly text: string;
  readonly make: () => Subject;
}

export function toyNumber(i: number): Candidate {
  const toy = randomToy(Rng.seeded(derive('toy', i)));
  return { text: `toy ${i}: ${JSON.stringify(toy)}`, make: () => toyOf(toy) };
}

export function busyNumber(i: number): Candidate {
  const busy = randomBusy(Rng.seeded(derive('busy', i)));
  return { text: `busy ${i}: ${JSON.stringify(busy)}`, make: () => busyOf(busy) };
}

export function engineNumber(i: number): Candidate {
  const { id, program, deltas } = randomEngineProgram(Rng.seeded(derive('engine', i)));
  const kinds = program.tasks.map((t) => t.ops.map(({ op }) => op));
  const text = `engine ${i}: ${id} + ${deltas.map((d) => d.id).join()}: ${JSON.stringify(kinds)}`;
  return { text, make: () => instantiate(program, deltas) };
}
