// The small hosts on which the bundled scenarios of the IOMMU stack run, and programs on them.

import type {
  DeviceSpec,
  IommuFaultSite,
  IommuGeometry,
  IommuOp,
  IommuProgram,
  IommuTopology,
} from '../../../engine/iommu/vocabulary/index.ts';

export const page = 0x1000;

/** Page tables of four entries, three levels: leaves of 4K, 16K and 64K, 256K of IOVA space. */
export const smallTables: IommuGeometry = {
  name: 'small',
  pageShift: 12,
  levelBits: 2,
  levels: 3,
  leafLevels: [0, 1, 2],
};

/** As on x86 and arm64: leaves of 4K, 2M and 1G, 48 bits of IOVA. */
export const realTables: IommuGeometry = {
  name: 'real',
  pageShift: 12,
  levelBits: 9,
  levels: 4,
  leafLevels: [0, 1, 2],
};

/** Where a process of a small host has its memory: 16 pages, backed by physical pages from 1M on. */
export const memory = 0x10000;
export const backing = 0x100000;

/** One Intel IOMMU with one device in one group, one process, unless told otherwise. */
export function host(parts: Partial<IommuTopology> = {}): IommuTopology {
  const vmas = [{ start: memory, end: memory + 16 * page, pa: backing }];
  return {
    geometry: smallTables,
    iommus: [{ driver: 'intel' }],
    groups: [{}],
    devices: [device()],
    processes: [{ vmas }],
    ...parts,
  };
}

export const device = (parts: Partial<DeviceSpec> = {}): DeviceSpec => ({
  iommu: 0,
  group: 0,
  ...parts,
});

/** Setup, then tasks of process 0 side by side; at most one refusal, at the named sites. */
export function program(
  topology: IommuTopology,
  setup: readonly IommuOp[],
  tasks: readonly (readonly IommuOp[])[],
  refusals: readonly IommuFaultSite[] = [],
): IommuProgram {
  return {
    system: 'iommu',
    topology,
    setup,
    tasks: tasks.map((ops) => ({ process: 0, ops })),
    faults: { budget: refusals.length === 0 ? 0 : 1, sites: refusals },
  };
}
