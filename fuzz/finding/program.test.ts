// The schema admits exactly what the vocabulary has: a field added to one and not to the other is an
// error here, at compile time where it can be.

import { expect, test } from 'vitest';
import type { z } from 'zod';
import type { IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import type { Program as SpaprProgram } from '../../engine/vfio/vocabulary.ts';
import { scenarios } from '../scenarios/index.ts';
import { canonicalJson } from './canonical.ts';
import type { iommuProgramSchema } from './iommuProgram.ts';
import { programSchema } from './program.ts';
import type { spaprProgramSchema } from './spaprProgram.ts';

/** Every path of keys in a type, through arrays and unions. */
type Paths<T> = T extends readonly (infer E)[]
  ? Paths<E>
  : T extends object
    ? { [K in keyof T & string]-?: K | `${K}.${Paths<NonNullable<T[K]>>}` }[keyof T & string]
    : never;

/** The paths that one of two types lacks: never, if they agree. */
type Difference<A, B> = Exclude<Paths<A>, Paths<B>> | Exclude<Paths<B>, Paths<A>>;

type Immutable<T> = T extends readonly (infer E)[]
  ? readonly Immutable<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Immutable<T[K]> }
    : T;

/** `true` if the types are the same; otherwise what one lacks: the compiler tells it. */
type Same<A, B> = [Difference<A, B>] extends [never]
  ? [[A] extends [Immutable<B>] ? true : false, [Immutable<B>] extends [A] ? true : false] extends [
      true,
      true,
    ]
    ? true
    : 'the same fields, of other types'
  : Difference<A, B>;

test('schema and vocabulary have the same fields, of the same types', () => {
  const spapr: Same<SpaprProgram, z.infer<typeof spaprProgramSchema>> = true;
  const iommu: Same<IommuProgram, z.infer<typeof iommuProgramSchema>> = true;
  expect([spapr, iommu]).toEqual([true, true]);
});

test.each(scenarios.map(({ id, program }) => [id, program] as const))('%s', (_, program) => {
  const read = programSchema.parse(JSON.parse(canonicalJson(program)));
  expect(read).toEqual(program);
  expect(canonicalJson(read)).toBe(canonicalJson(program));
});
