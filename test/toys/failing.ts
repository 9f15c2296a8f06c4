// The first failing run of a toy, as the exhaustive search meets it, made into a finding.

import type { Violation } from '../../engine/runtime/index.ts';
import { ExhaustiveSearch } from '../../fuzz/explore/exhaustive.ts';
import type { Decision } from '../../fuzz/explore/judge.ts';
import type { Finding } from '../../fuzz/finding/index.ts';
import type { Instance } from '../../fuzz/instance.ts';
import { makeFinding } from '../../fuzz/trace/index.ts';

export function failingRun(instance: Instance, preemptions = 1) {
  const found: { violation: Violation; decisions: Decision[] }[] = [];
  new ExhaustiveSearch(instance.executor, instance.judge, {
    maxStates: 1e5,
    maxDepth: 1e3,
    preemptions,
    onViolation: (violation, decisions) => {
      found.push({ violation, decisions });
      return false;
    },
  }).run();
  const [first] = found;
  if (first === undefined) throw new Error('the toy has no failing run');
  return first;
}

export function toyFinding(instance: Instance): Finding {
  const engine = { toolVersion: '0.1.0', revision: 'reference', deltas: ['B1'] };
  return makeFinding({ ...engine, instance, ...failingRun(instance) });
}
