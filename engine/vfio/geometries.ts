// The geometries of real machines, as live kernels report them: kernel/REPORT.md §7, spec §13.
// Small geometries for exhaustive search are in fuzz/scenarios.

import type { Geometry } from './vocabulary.ts';

const gib = 2 ** 30;

/** POWER9 without hypervisor (IODA2, PHB4): windows of 4K, 64K, 2M and 1G pages. */
export function powernv9(hostPageShift: number): Geometry {
  return {
    name: 'powernv9',
    pageShift: hostPageShift,
    tce32Start: 0,
    tce32Size: 2 * gib,
    tce64Start: 2 ** 59,
    pgsizes: 0x40211000,
    maxLevels: 5,
    maxDynamicWindows: 2,
    eeh: true,
    ownTablesOnly: false,
  };
}

/** A guest of a POWER hypervisor: windows of 4K, 64K, 2M and 16M pages, made by firmware calls. */
export function pseries(hostPageShift: number): Geometry {
  return {
    name: 'pseries',
    pageShift: hostPageShift,
    tce32Start: 0,
    tce32Size: gib,
    tce64Start: 2 ** 59,
    pgsizes: 0x1211000,
    maxLevels: 1,
    maxDynamicWindows: 2,
    eeh: false,
    ownTablesOnly: true,
  };
}
