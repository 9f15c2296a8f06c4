// Replays a finding and compares what happens with what it says. A replay ends in one of three ways:
// the same, another verdict or trace on a changed engine, or no two runs alike.

import { expandDecisions, type Replayable } from '../finding/index.ts';
import type { RunObserver, Subject } from '../run.ts';
import { traceDigest } from './digest.ts';
import { recordTrace } from './record.ts';
import type { Trace } from './step.ts';

/** The engine that replays: what a finding must have been written by to be sure of its trace. */
export interface EngineIdentity {
  readonly toolVersion: string;
  /** The revision's delta list as it is now; null if there is no such revision any more. */
  readonly deltas: readonly string[] | null;
}

export interface Replay {
  readonly outcome: 'same' | 'different' | 'nondeterminism';
  readonly trace: Trace;
  readonly digest: string;
  /** What differs and the likely reason; null when nothing does. */
  readonly explanation: string | null;
}

/** `observer` makes the detector that random runs have, used where the plain replay sees nothing. */
export function replayFinding(
  finding: Replayable,
  subject: Subject,
  engine: EngineIdentity,
  observer?: () => RunObserver,
): Replay {
  const first = recordFinding(finding, subject, observer);
  const digest = traceDigest(first);
  if (traceDigest(recordFinding(finding, subject, observer)) !== digest)
    return {
      outcome: 'nondeterminism',
      trace: first,
      digest,
      explanation:
        'two replays in a row took different steps: the engine reads something besides the ' +
        'schedule and the environment (time, chance, an order of identity)',
    };
  const difference = compare(finding, first, digest);
  if (difference === null) return { outcome: 'same', trace: first, digest, explanation: null };
  const explanation = `${difference}; ${reason(finding, engine)}`;
  return { outcome: 'different', trace: first, digest, explanation };
}

/** The trace of a finding: how its digest is made and checked. */
export function recordFinding(
  finding: Pick<Replayable, 'decisions' | 'property' | 'key'>,
  subject: Subject,
  observer?: () => RunObserver,
): Trace {
  const decisions = expandDecisions(finding.decisions);
  const options = { expect: finding.property };
  const plain = recordTrace(subject, decisions, options);
  if (plain.violation !== null || observer === undefined) return plain;
  const watched = recordTrace(subject, decisions, { ...options, observer: observer() });
  return watched.violation === null ? plain : watched;
}

function compare(finding: Replayable, trace: Trace, digest: string): string | null {
  const { violation, stuck, steps } = trace;
  const wanted = name(finding);
  if (stuck !== null) return `step ${stuck.step} cannot be taken: ${stuck.why}`;
  if (violation === null) return `${wanted} does not appear: all ${steps.length} steps are right`;
  if (violation.property !== finding.property || violation.key !== finding.key)
    return `it ends in ${name(violation)} instead of ${wanted}`;
  return digest === finding.traceDigest ? null : `${wanted} appears, but by other steps`;
}

const name = ({ property, key }: { property: string; key: string }) =>
  key === '' ? property : `${property} (${key})`;

function reason(finding: Replayable, engine: EngineIdentity): string {
  if (finding.toolVersion !== engine.toolVersion)
    return (
      `it was written by iommucheck ${finding.toolVersion}, this is ${engine.toolVersion}: ` +
      `the engine may have changed in between`
    );
  if (engine.deltas === null) return `the revision ${finding.revision} does not exist any more`;
  if (finding.revision === 'reference') return unexplained;
  const now = engine.deltas.filter((id) => !finding.deltas.includes(id));
  const gone = finding.deltas.filter((id) => !engine.deltas?.includes(id));
  if (now.length + gone.length > 0) {
    const parts = [...now.map((id) => `+${id}`), ...gone.map((id) => `-${id}`)];
    return `the deltas of ${finding.revision} have changed since: ${parts.join(' ')}`;
  }
  return unexplained;
}

const unexplained =
  'version and deltas are the same, so the code of the engine or of a property has changed';
