// Failing runs to shrink, as a random walk finds them: long, and full of switches.

import type { Program } from '../../engine/vfio/vocabulary.ts';
import { derive, Rng } from '../../fuzz/rng.ts';
import { Runner } from '../../fuzz/run.ts';
import { RandomWalk } from '../../fuzz/schedulers/random.ts';
import type { Instantiate } from '../../fuzz/shrinkOracle.ts';
import type { Failing } from '../../shrinkers/index.ts';

/** The first of a seed's runs that fails, with this key if one is given, and is `accept`ed. */
export function failingWalk(
  program: Program,
  instantiate: Instantiate,
  seed: string,
  key?: string,
  accept: (failing: Failing) => boolean = () => true,
): Failing {
  const runner = new Runner(instantiate(program), { maxSteps: 1000 });
  for (let i = 0; i < 5000; i++) {
    const walk = new RandomWalk(Rng.seeded(derive(seed, i)));
    const { violation, decisions } = runner.run(walk);
    if (violation === null || (key !== undefined && violation.key !== key)) continue;
    const failing = { program, decisions, property: violation.property, key: violation.key };
    if (accept(failing)) return failing;
  }
  throw new Error(`no run of ${seed} fails`);
}
