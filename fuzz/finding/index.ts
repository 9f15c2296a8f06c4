// Findings: the public entry for everything that makes, keeps or reads one.

export { canonicalJson } from './canonical.ts';
export {
  compactDecisions,
  expandDecisions,
  nameDecisions,
  type NamedDecision,
} from './decisions.ts';
export { FindingError, type FindingErrorCode } from './error.ts';
export { readFinding, writeFinding } from './file.ts';
export {
  type CompactDecisions,
  type Evidence,
  type Finding,
  type Replayable,
  schemaVersion,
  type Site,
  type Size,
} from './schema.ts';
export { isText, readText, replayablePart, wrapText, writeText } from './text.ts';
