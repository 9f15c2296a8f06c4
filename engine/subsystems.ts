// The parts of the stack by which scenarios, defects and revisions are sorted.

import type { System } from './program.ts';

export const subsystems = [
  'registration',
  'mapping',
  'virtio',
  'ownership',
  'dirty',
  'cookie',
] as const;
export type Subsystem = (typeof subsystems)[number];

/** The engine that each of them is part of. */
export const systemOf: Readonly<Record<Subsystem, System>> = {
  registration: 'spapr',
  mapping: 'iommu',
  virtio: 'iommu',
  ownership: 'iommu',
  dirty: 'iommu',
  cookie: 'iommu',
};
