// The public entry of the specification: the machines, their tables, diagrams, and the oracle that
// is composed of them.
export * from './check/index.ts';
export { compile, type Edge, type Table, type TableNode } from './compile.ts';
export { containerAlphabet, type ContainerEvent } from './container-events.ts';
export { type ContainerContext, containerMachine } from './container.ts';
export { type EntryEvent, entryMachine } from './entry.ts';
export { toMermaid } from './export.ts';
export { type Graph, reachable, stuck } from './graph.ts';
export { inconsistencies } from './invariants.ts';
export { type ExportedJson, toJson } from './json.ts';
export { bundledModels } from './models.ts';
export { machines, type TitledMachine } from './machines.ts';
export { oracle, type Oracle, type Pending, type Successor } from './oracle.ts';
export { noQuirks, type Quirks } from './quirks.ts';
export { type RegionContext, type RegionEvent, regionMachine } from './region.ts';
export type { Container, ModelState, Process, Region, Window, World } from './state.ts';
export { containerTable, entryTable, regionTable, windowTable } from './tables.ts';
export type * from './vocabulary.ts';
export { faultSites } from './vocabulary.ts';
export { type WindowEvent, windowMachine } from './window.ts';
