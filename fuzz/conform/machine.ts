// Which machine a log was made on: named by an option, or read off the log itself.

import { powernvPlatform } from '../../engine/powerpc/platform/powernv.ts';
import { pseriesPlatform } from '../../engine/powerpc/platform/pseries.ts';
import type { SpaprDelta } from '../../engine/index.ts';
import { powernv9, pseries } from '../../engine/vfio/geometries.ts';
import type { Geometry } from '../../engine/vfio/vocabulary.ts';
import { type LogLine, numberField, textField } from './log.ts';

export const machineNames = ['powernv9', 'pseries'] as const;
export type MachineName = (typeof machineNames)[number];
export const hostPages = [4096, 65536] as const;
export type HostPage = (typeof hostPages)[number];

export interface Machine {
  readonly name: MachineName;
  readonly geometry: Geometry;
  /** What the platform does beyond the reference engine's small scopes. */
  readonly platform: SpaprDelta;
  /** The log says which machine it is; otherwise it was told or taken for granted. */
  readonly known: boolean;
}

const presets = {
  powernv9: { geometry: powernv9, platform: powernvPlatform },
  pseries: { geometry: pseries, platform: pseriesPlatform },
} as const;

export interface MachineChoice {
  readonly machine?: MachineName;
  readonly hostPage?: HostPage;
}

export function machineFor(log: readonly LogLine[], choice: MachineChoice): Machine {
  const seen = nameSeen(log);
  const name = choice.machine ?? seen ?? 'powernv9';
  const hostPage = choice.hostPage ?? hostPageSeen(log) ?? 4096;
  const { geometry, platform } = presets[name];
  const known = choice.machine !== undefined || seen !== undefined;
  return { name, geometry: geometry(Math.log2(hostPage)), platform, known };
}

function hostPageSeen(log: readonly LogLine[]): HostPage | undefined {
  for (const entry of log) {
    if (entry.kind !== 'entry') continue;
    const size = numberField(entry, 'host_page');
    if (size !== undefined) return hostPages.find((page) => page === size);
  }
  return undefined;
}

/** The first GET_INFO that agrees with a preset: by its page sizes, or by its default window. */
function nameSeen(log: readonly LogLine[]): MachineName | undefined {
  for (const entry of log) {
    if (entry.kind !== 'entry' || !/TCE_GET_INFO/.test(textField(entry, 'op') ?? '')) continue;
    if (entry.fields['ret'] !== 0) continue;
    const pgsizes = numberField(entry, 'pgsizes') ?? 0;
    const window = textField(entry, 'dma32')?.split('+')[1];
    const found = machineNames.find((name) => {
      const geometry = presets[name].geometry(12);
      return pgsizes === 0 ? Number(window) === geometry.tce32Size : pgsizes === geometry.pgsizes;
    });
    if (found !== undefined) return found;
  }
  return undefined;
}
