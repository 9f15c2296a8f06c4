// The package's public entry: engines, programs, searches, schedules, shrinking and findings.

export { deltaById, deltas } from './engine/defects/index.ts';
export { errnoName, opText, type SpaprDelta, type SpaprRevision } from './engine/index.ts';
export { reference, revisionById, revisions } from './engine/revisions/index.ts';
export { DataRaces, sanitizers, type Steps, Violation } from './engine/runtime/index.ts';
export type { Op, Program, Result, Topology } from './engine/vfio/vocabulary.ts';
export {
  type StatelessOptions,
  type StatelessResult,
  StatelessSearch,
} from './fuzz/explore/dpor.ts';
export {
  ExhaustiveSearch,
  type SearchOptions,
  type SearchResult,
} from './fuzz/explore/exhaustive.ts';
export { type Reduction, reductions } from './fuzz/explore/reductions.ts';
export type { Decision, Judge } from './fuzz/explore/judge.ts';
export { type ShortestResult, ShortestSearch } from './fuzz/explore/shortest.ts';
export { type Finding, readFinding, readText, writeText } from './fuzz/finding/index.ts';
export { type Instance, instantiate } from './fuzz/instance.ts';
export { Rng } from './fuzz/rng.ts';
export { Runner } from './fuzz/run.ts';
export { type Scenario, scenarioById, scenarios } from './fuzz/scenarios/index.ts';
export { Guided } from './fuzz/schedulers/guided.ts';
export { Orders } from './fuzz/schedulers/orders.ts';
export { Pct } from './fuzz/schedulers/pct.ts';
export { Pos } from './fuzz/schedulers/pos.ts';
export { PreemptionBounded } from './fuzz/schedulers/preemptionBounded.ts';
export { RandomWalk } from './fuzz/schedulers/random.ts';
export { Replay } from './fuzz/schedulers/replay.ts';
export { RoundRobin } from './fuzz/schedulers/roundRobin.ts';
export type { Scheduler } from './fuzz/schedulers/scheduler.ts';
export { findSmallest } from './fuzz/smallest.ts';
export { makeFinding, replayFinding } from './fuzz/trace/index.ts';
export {
  always,
  alwaysStep,
  type AnyModel,
  bundledModels,
  canAlways,
  checkModel,
  eventually,
  type Fairness,
  leadsTo,
  type MachineModel,
  type MachineOptions,
  type Model,
  ModelError,
  modelOf,
  modelOfJson,
  type ModelResult,
  oracle,
  productOf,
  type ProductModel,
  type Property,
  type PropertyResult,
  sometimes,
  toJson,
  toMermaid,
  type Trace,
  type Verdict,
} from './model/index.ts';
export { type Explanation, explain } from './properties/linearizability/explain.ts';
export type { Call, History } from './properties/linearizability/history.ts';
export { LinearizabilityListener } from './properties/linearizability/listener.ts';
export { linearize } from './properties/linearizability/search.ts';
export { specifications } from './properties/linearizability/specifications/index.ts';
export type { Specification } from './properties/linearizability/specification.ts';
export { catalogue as properties } from './properties/index.ts';
export { shrink, type Shrunk } from './shrinkers/index.ts';
