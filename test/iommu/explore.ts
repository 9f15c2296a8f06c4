// Every interleaving of one IOMMU program under all properties: what is violated, and how often.

import type { IommuDelta, IommuProgram } from '../../engine/iommu/index.ts';
import { bootIommu } from '../../engine/iommu/index.ts';
import { ExhaustiveSearch } from '../../fuzz/explore/exhaustive.ts';
import { IommuJudge, iommuWatchersFor } from '../../properties/iommu/judge.ts';

export interface Explored {
  /** `property: key`, sorted, each once. */
  readonly violations: readonly string[];
  readonly states: number;
  readonly finalStates: number;
  readonly complete: boolean;
}

export function explore(
  program: IommuProgram,
  deltas: readonly IommuDelta[] = [],
  maxStates = 1_000_000,
): Explored {
  const { world, executor } = bootIommu(program, deltas, iommuWatchersFor());
  const judge = new IommuJudge(
    program,
    world,
    executor,
    deltas.flatMap((d) => d.allows ?? []),
  );
  executor.listener = judge;
  const seen = new Set<string>();
  const result = new ExhaustiveSearch(executor, judge, {
    maxStates,
    maxDepth: 20_000,
    preemptions: Number.POSITIVE_INFINITY,
    onViolation: ({ property, key }) => {
      seen.add(`${property}: ${key}`);
      return true;
    },
  }).run();
  const { states, finalStates, complete } = result;
  return { violations: [...seen].sort(), states, finalStates, complete };
}
