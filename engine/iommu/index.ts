// The public entry of the IOMMU stack: boot a program, look at its world.

export { bootIommu, type BootedIommu, hostIommu, type IommuHost } from './boot.ts';
export { IommuDomain, isPaging } from './core/domain.ts';
export { Leaf } from './core/leaf.ts';
export { Device, IommuGroup, IommuInstance, PhysPage } from './core/objects.ts';
export { PageTable } from './core/pageTable.ts';
export { Ioas } from './iommufd/objects.ts';
export type { IommuDelta, IommuKernel, IommuRevision } from './kernel.ts';
export { ViommuDomain } from './virtio/objects.ts';
export { opText as iommuOpText } from './opText.ts';
export type * from './vocabulary/index.ts';
export { iommuFaultSites } from './vocabulary/index.ts';
export { type IommuWorld, Slots } from './world.ts';
