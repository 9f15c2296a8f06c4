// Conformance to a live kernel: a log of ioctls, replayed line by line on a revision of the engine.

export { type Annotation, annotationsPath, parseAnnotations } from './annotations.ts';
export { conform, type ConformOptions } from './conform.ts';
export { LogError } from './log.ts';
export { type HostPage, hostPages, type MachineName, machineNames } from './machine.ts';
export {
  conformType1,
  isType1Log,
  type Type1Choice,
  type Type1Report,
  type1RevisionIds,
} from './type1/conform.ts';
export { type IommuName, iommuNames } from './type1/machine.ts';
export type { ConformReport, Counts, LineReport } from './report.ts';
