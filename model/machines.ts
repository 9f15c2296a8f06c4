// Every machine of the specification by title, for documents.

import type { AnyStateMachine } from 'xstate';
import { containerMachine } from './container.ts';
import { entryMachine } from './entry.ts';
import { iommuMachines } from './iommu/index.ts';
import { regionMachine } from './region.ts';
import { windowMachine } from './window.ts';

export interface TitledMachine {
  readonly title: string;
  readonly machine: AnyStateMachine;
}

/** VFIO SPAPR registration. */
const spapr: readonly TitledMachine[] = [
  { title: 'Region', machine: regionMachine },
  { title: 'Container', machine: containerMachine },
  { title: 'Window', machine: windowMachine },
  { title: 'Entry', machine: entryMachine },
];

/** The IOMMU stack. */
const iommu = iommuMachines.map(([title, machine]): TitledMachine => ({ title, machine }));

export const machines: readonly TitledMachine[] = [...spapr, ...iommu];
