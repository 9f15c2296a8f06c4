// Specifications made of the machines: histories of the operations of one system.

import { z } from 'zod';
import type { AnyOp, Program } from '../../engine/program.ts';
import type { Outcome } from '../../engine/runtime/index.ts';
import type { IommuOp, IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import type { Op, SpaprProgram } from '../../engine/index.ts';
import { oracle } from '../../model/index.ts';
import { iommuOracle, isKnown, isOf, subjectOf } from '../../model/iommu/index.ts';
import { spaprSteps } from '../../properties/configurations.ts';
import { iommuSteps } from '../../properties/iommu/conformance.ts';
import { iommuPromises } from '../../properties/linearizability/iommu.ts';
import { specificationOf } from '../../properties/linearizability/machines.ts';
import { promiseOf, type Promised } from '../../properties/linearizability/promise.ts';
import { spaprPromises } from '../../properties/linearizability/spapr.ts';
import type { Specification } from '../../properties/linearizability/specification.ts';
import { iommuProgramSchema } from '../finding/iommuProgram.ts';
import { spaprProgramSchema } from '../finding/spaprProgram.ts';

/** An operation, and the process that asks for it. */
export interface Asked {
  readonly op: AnyOp;
  readonly process: number;
}

export interface SystemSpecification {
  readonly name: 'spapr' | 'iommu';
  readonly title: string;
  readonly schema: z.ZodType<Program>;
  /** Operations that the machines know. */
  readonly ops: readonly string[];
  make(program: Program): Specification<unknown, Asked, unknown>;
  /** Why the operation may only stand alone; null: it promises to be atomic. */
  mustStandAlone(op: AnyOp, program: Program): string | null;
  /** Why the machines cannot judge it; null: they can. */
  isBeyond(op: AnyOp, program: Program): string | null;
}

/** What a return of a system's operation says. */
export const outcome: z.ZodType<Outcome> = z.strictObject({
  ret: z.int(),
  out: z.exactOptional(z.record(z.string(), z.number())),
});

type Made = Specification<unknown, Asked, unknown>;

function reason<O extends AnyOp, P>(promised: Promised<O, P> | undefined, op: O, program: P) {
  if (promised === undefined) return 'the machines do not say what it does';
  if (promised.promise === 'step') return null;
  if (promised.promise !== 'whole') return promised.why;
  return promised.applies(op, program) ? null : `it is atomic only where ${promised.where}`;
}

const spapr: SystemSpecification = {
  name: 'spapr',
  title: 'VFIO SPAPR registration: the machines of model/',
  schema: spaprProgramSchema,
  ops: Object.keys(spaprPromises),
  make: (program) => {
    const { topology, faults, tasks } = program as SpaprProgram;
    const sites = faults.budget === 0 ? [] : faults.sites;
    const isClosed = tasks.some(({ ops }) => ops.some(({ op }) => op === 'close'));
    const begin = ({ op, process }: Asked) => oracle.begin(op as Op, process);
    const initial = oracle.initial(topology, sites, {}, isClosed);
    return specificationOf(spaprSteps, begin, initial) as Made;
  },
  mustStandAlone: (op, program) =>
    reason(promiseOf(spaprPromises, op as Op), op as Op, program as SpaprProgram),
  isBeyond: () => null,
};

const iommu: SystemSpecification = {
  name: 'iommu',
  title: 'the IOMMU stack: the machines of model/iommu/',
  schema: iommuProgramSchema,
  ops: Object.keys(iommuPromises),
  make: (program) => {
    const { topology, faults, setup, tasks } = program as IommuProgram;
    const lists = [setup, ...tasks.map(({ ops }) => ops)];
    const begin = ({ op }: Asked) => iommuOracle.begin(op);
    const initial = iommuOracle.initial(topology, faults, {}, lists);
    return specificationOf(iommuSteps, begin, initial) as Made;
  },
  mustStandAlone: (op, program) =>
    reason(promiseOf(iommuPromises, op as IommuOp), op as IommuOp, program as IommuProgram),
  isBeyond: (op, program) => {
    const subject = subjectOf(program.tasks.flatMap(({ ops }) => ops as readonly AnyOp[]));
    if (!isKnown(op)) return 'the machines do not say what it does';
    if (subject !== null && isOf(subject, op)) return null;
    return `a history with other operations of ${subject ?? 'the DMA API'} is judged by those alone`;
  },
};

export const systemSpecifications: readonly SystemSpecification[] = [spapr, iommu];
