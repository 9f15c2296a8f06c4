// The engine's public entry for properties, fuzz and reports.

export type { Mm, Page } from './mm/mm.ts';
export { type IommuTable, hpaOf } from './powerpc/iommuTable.ts';
export type { MemRegion } from './powerpc/memRegion.ts';
export type { TableGroup } from './powerpc/tableGroup.ts';
export { listNodes } from './runtime/index.ts';
export type { AnyDelta, AnyRevision } from './defects/define.ts';
export { errnoName } from './errno.ts';
export { hex } from './hex.ts';
export { type AnyOp, type AnyProgram, type Program, type System, systems } from './program.ts';
export { type Subsystem, subsystems, systemOf } from './subsystems.ts';
export { boot, type Booted, type Host, host, isClosable } from './vfio/spapr/boot.ts';
export type { SpaprDelta, SpaprKernel, SpaprRevision } from './vfio/spapr/kernel.ts';
export type { TceContainer, TceGroup, TcePrereg, VfioGroup } from './vfio/spapr/objects.ts';
export type { SpaprWorld } from './vfio/spapr/world.ts';
export { opText } from './vfio/opText.ts';
export type { Op, Program as SpaprProgram, Result, Topology } from './vfio/vocabulary.ts';
