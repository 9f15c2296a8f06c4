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

export const noRefusals: IommuProgram['faults'] = { budget: 0, sites: [] };

/** In every other program, one refusal at one of these sites; two in one of six. */
export const refusals = (sites: readonly IommuFaultSite[]): fc.Arbitrary<IommuProgram['faults']> =>
  fc.oneof(
    fc.constant(noRefusals),
    fc.record({
      budget: fc.constantFrom(1, 1, 2),
      sites: fc.subarray([...sites], { minLength: 1 }),
    }),
  );

/** Tasks of random operations. */
export const lists = (
  op: fc.Arbitrary<IommuOp>,
  maxTasks: number,
  maxLength: number,
): fc.Arbitrary<IommuOp[][]> =>
  fc.array(fc.array(op, { minLength: 1, maxLength }), { minLength: 1, maxLength: maxTasks });

/** Operations by name and fields, all equally likely unless one is named twice. */
export function anyOf(
  ...choices: readonly (readonly [string, Readonly<Record<string, fc.Arbitrary<unknown>>>])[]
): fc.Arbitrary<IommuOp> {
  const ops = choices.map(([op, fields]) => fc.record({ op: fc.constant(op), ...fields }));
  return fc.oneof(...ops) as fc.Arbitrary<unknown> as fc.Arbitrary<IommuOp>;
}

/** Devices and groups that a host does not have are left out. */
export function there({ devices, groups }: IommuTopology): (op: IommuOp) => boolean {
  return (op) =>
    (!('device' in op) || op.device < devices.length) &&
    (!('group' in op) || op.group < groups.length);
}

export interface Shape {
  readonly topology: IommuTopology;
  readonly setup: readonly IommuOp[];
  readonly tasks: readonly (readonly IommuOp[])[];
  readonly faults: IommuProgram['faults'];
  /** By task; process 0 unless told otherwise. */
  readonly processes?: readonly number[];
}

/** Tasks without operations are left out. */
export function programOf({ topology, setup, tasks, faults, processes }: Shape): IommuProgram {
  const some = tasks
    .map((ops, i) => ({ process: processes?.[i] ?? 0, ops }))
    .filter(({ ops }) => ops.length > 0);
  return { system: 'iommu', topology, setup, tasks: some, faults };
}
