// The machines that logs of type1 were made on: an IOMMU's driver, what it translates, and whether
// interrupts behind it are isolated. Differences between kernels are deltas, not machines.

import type { IommuTopology } from '../../../engine/iommu/vocabulary/index.ts';
import { realTables } from '../../scenarios/iommu/hosts.ts';

export const iommuNames = ['intel', 'amd', 'virtio'] as const;
export type IommuName = (typeof iommuNames)[number];

/** Where a process has its memory: all of it is mapped, but for the lowest pages. */
export const memory = { start: 0x10000, end: 2 ** 46 } as const;

/** Interrupt messages: no IOVA there. */
const interrupts = { start: 0xfee00000, size: 0x100000, kind: 'msi' } as const;

const everywhere = { start: 0, end: 2 ** 64 - 1 } as const;

const iommus = {
  intel: { driver: 'intel', aperture: { start: 0, end: 2 ** 39 - 1 } },
  amd: { driver: 'amd', aperture: everywhere },
  virtio: { driver: 'virtio', aperture: everywhere, isolatedMsi: false },
} as const;

export function topologyOf(name: IommuName): IommuTopology {
  return {
    // Six levels reach beyond 64 bits: what is translated is the aperture.
    geometry: { ...realTables, levels: 6 },
    iommus: [iommus[name]],
    groups: [{}],
    devices: [{ iommu: 0, group: 0, reserved: [interrupts] }],
    processes: [{ vmas: [{ ...memory, pa: memory.start }] }],
    containers: [{ process: 0 }],
    // vfio_iommu_type1 was loaded with allow_unsafe_interrupts=1 where it had to be.
    ...(name === 'virtio' ? { allowUnsafeInterrupts: true as const } : {}),
  };
}
