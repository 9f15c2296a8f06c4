// The entry of the checker of machines: models, properties, results.
export { checkModel, type HitBound, type ModelResult } from './check.ts';
export type { Coverage, Unused } from './coverage.ts';
export { ModelError } from './errors.ts';
export type { PropertyResult } from './judge.ts';
export {
  type AnyModel,
  type Asked,
  isMachine,
  type MachineModel,
  type MachineOptions,
  type Model,
  modelOf,
  type Part,
  type Parts,
  productOf,
  type ProductModel,
  type Snapshots,
} from './model.ts';
export type { Verdict } from './outcome.ts';
export type { Trace, TraceStep } from './paths.ts';
export type { Predicate } from './predicate.ts';
export {
  always,
  alwaysStep,
  canAlways,
  eventually,
  type Fairness,
  leadsTo,
  type Property,
  type PropertyKind,
  sometimes,
  type Step,
} from './property.ts';
export type { Rest } from './system.ts';
export { guardsAskedIn, modelOfJson } from './unknown-guards.ts';
