// Traces: the public entry for recording, comparing and measuring the steps of a finding.

export { stepText, traceDigest, traceText } from './digest.ts';
export { type FindingSource, makeFinding, NotReproduced } from './make.ts';
export { evidenceOf, sizeOf } from './measure.ts';
export { fieldsOf, printNumber, printValue } from './print.ts';
export { recordTrace, type TraceOptions } from './record.ts';
export { type EngineIdentity, recordFinding, type Replay, replayFinding } from './replay.ts';
export {
  cellName,
  type ObjectView,
  type PendingStep,
  type TaskView,
  type Trace,
  type TraceStep,
} from './step.ts';
