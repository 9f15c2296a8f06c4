// drivers/iommu/virtio-iommu.c, as the core calls it: spec/virtio-domain.md. The steps stand in
// domain.ts, attach.ts, endpoint.ts, mapping.ts and queue.ts; the hardware in device.ts, rules.ts.

export { ViommuAttachSteps } from './attach.ts';
export { ViommuDomainSteps } from './domain.ts';
export { ViommuEndpointSteps } from './endpoint.ts';
export { ViommuMappingSteps } from './mapping.ts';
export { ViommuQueueSteps } from './queue.ts';
