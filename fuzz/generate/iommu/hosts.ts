// Random hosts of the IOMMU stack, and what all generators of its programs share.

import fc from 'fast-check';
import type {
  DriverKind,
  IommuFaultSite,
  IommuOp,
  IommuProgram,
  IommuTopology,
} from '../../../engine/iommu/vocabulary/index.ts';
import { device, host, page } from '../../scenarios/iommu/hosts.ts';
import type { Intent } from './client.ts';

/** Pages of IOVA that devices and users look at. */
export const iovaPages = 8;

export const iova: fc.Arbitrary<number> = fc.nat({ max: iovaPages - 1 }).map((n) => n * page);
export const pageCount: fc.Arbitrary<number> = fc.constantFrom(1, 1, 2, 4);
export const size: fc.Arbitrary<number> = pageCount.map((n) => n * page);

const number = fc.nat({ max: 999 });
export const intents = (maxLength: number): fc.Arbitrary<Intent[]> =>
  fc.array(fc.tuple(number, number, number), { minLength: 1, maxLength });

/** One or two devices, in one group or two, behind one IOMMU of the driver. */
export const hostOf = (driver: fc.Arbitrary<DriverKind>): fc.Arbitrary<IommuTopology> =>
  fc
    .record({ driver, devices: fc.constantFrom(1, 1, 2), together: fc.boolean() })
    .map(({ driver: kind, devices, together }) => {
      const split = devices === 2 && !together;
      return host({
        iommus: [{ driver: kind }],
        groups: split ? [{}, {}] : [{}],
        devices: Array.from({ length: devices }, (_, i) =>
          device({ group: split ? i : 0, noSnoop: true }),
        ),
      });
    });

export const radix: fc.Arbitrary<DriverKind> = fc.constantFrom('intel', 'amd', 'arm');

/** Transactions of a random device; `any` adds reads and writes. */
export const dmaOps = (devices: number, maxLength: number): fc.Arbitrary<IommuOp[]> =>
  fc.array(
    fc.record({
      op: fc.constantFrom('dma_read' as const, 'dma_write' as const),
      device: fc.nat({ max: devices - 1 }),
      iova,
    }),
    { minLength: 1, maxLength },
  );

/** In one program of three, one refusal at one of these sites. */
export const refusals = (sites: readonly IommuFaultSite[]): fc.Arbitrary<IommuProgram['faults']> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant({ budget: 0, sites: [] }) },
    fc.subarray([...sites], { minLength: 1 }).map((some) => ({ budget: 1, sites: some })),
  );

/** Operations by name and fields, all equally likely unless one is named twice. */
export function anyOf(
  ...choices: readonly (readonly [string, Readonly<Record<string, fc.Arbitrary<unknown>>>])[]
): fc.Arbitrary<IommuOp> {
  const ops = choices.map(([op, fields]) => fc.record({ op: fc.constant(op), ...fields }));
  return fc.oneof(...ops) as fc.Arbitrary<unknown> as fc.Arbitrary<IommuOp>;
}

export interface Shape {
  readonly topology: IommuTopology;
  readonly setup: readonly IommuOp[];
  readonly tasks: readonly (readonly IommuOp[])[];
  readonly faults: IommuProgram['faults'];
}

/** Tasks without operations are left out. */
export function programOf({ topology, setup, tasks, faults }: Shape): IommuProgram {
  const some = tasks.filter((ops) => ops.length > 0).map((ops) => ({ process: 0, ops }));
  return { system: 'iommu', topology, setup, tasks: some, faults };
}
