// Makes a finding out of a failing run: replays it once to take its digest, size and evidence.

import type { Program } from '../../engine/program.ts';
import type { Violation } from '../../engine/runtime/index.ts';
import type { Decision } from '../explore/judge.ts';
import { compactDecisions, type Finding, nameDecisions, schemaVersion } from '../finding/index.ts';
import type { Instance } from '../instance.ts';
import type { RunObserver } from '../run.ts';
import { traceDigest } from './digest.ts';
import { evidenceOf, sizeOf } from './measure.ts';
import { recordFinding } from './replay.ts';
import type { Trace } from './step.ts';

export interface FindingSource {
  readonly toolVersion: string;
  readonly revision: string;
  readonly deltas: readonly string[];
  readonly instance: Instance;
  readonly decisions: readonly Decision[];
  readonly violation: Pick<Violation, 'property' | 'key'>;
  readonly seed?: Finding['seed'];
  readonly shrinking?: Finding['shrinking'];
  readonly observer?: () => RunObserver;
}

/** The run did not fail again, or not in the same way: the engine is not deterministic. */
export class NotReproduced extends Error {
  readonly trace: Trace;

  constructor(violation: Pick<Violation, 'property' | 'key'>, trace: Trace) {
    const got = trace.violation === null ? 'nothing' : trace.violation.property;
    const stuck = trace.stuck === null ? '' : ` (step ${trace.stuck.step}: ${trace.stuck.why})`;
    super(
      `${violation.property} (${violation.key}) was found, but its own decisions lead to ` +
        `${got}${stuck}: the engine or a property depends on more than the schedule`,
    );
    this.name = 'NotReproduced';
    this.trace = trace;
  }
}

export function makeFinding(source: FindingSource): Finding {
  const { instance, violation } = source;
  const labels = instance.executor.tasks.map((task) => task.label);
  const decisions = compactDecisions(nameDecisions(source.decisions, labels));
  const { property, key } = violation;
  const trace = recordFinding({ decisions, property, key }, instance, source.observer);
  const again = trace.violation;
  if (again === null || again.property !== property || again.key !== key)
    throw new NotReproduced(violation, trace);
  return {
    tool: 'iommucheck',
    toolVersion: source.toolVersion,
    schema: schemaVersion,
    revision: source.revision,
    deltas: source.deltas,
    // A finding is read back by the schema of its system, which is what the program was made by.
    program: instance.program as Program,
    decisions,
    property,
    key,
    message: again.message,
    traceDigest: traceDigest(trace),
    evidence: evidenceOf(trace),
    size: sizeOf(instance.program, trace),
    ...(source.seed && { seed: source.seed }),
    ...(source.shrinking && { shrinking: source.shrinking }),
  };
}
