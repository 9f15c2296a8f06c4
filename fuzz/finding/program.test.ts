// The schema admits exactly what the vocabulary has: a field added to one and not to the other is an
// error here, at compile time where it can be.

import { expect, test } from 'vitest';
import type { z } from 'zod';
import type { Program } from '../../engine/vfio/vocabulary.ts';
import { scenarios } from '../scenarios/index.ts';
import { canonicalJson } from './canonical.ts';
import { programSchema } from './program.ts';

/** Every path of keys in a type, through arrays and unions. */
type Paths<T> = T extends readonly (infer E)[]
  ? Paths<E>
  : T extends object
    ? { [K in keyof T & string]-?: K | `${K}.${Paths<NonNullable<T[K]>>}` }[keyof T & string]
    : never;

/** The paths that one of two types lacks: never, if they agree. */
type Difference<A, B> = Exclude<Paths<A>, Paths<B>> | Exclude<Paths<B>, Paths<A>>;

type Read = z.infer<typeof programSchema>;

test('schema and vocabulary have the same fields', () => {
  const none: [Difference<Program, Read>] extends [never] ? true : never = true;
  expect(none).toBe(true);
});

test.each(scenarios.map(({ id, program }) => [id, program] as const))('%s', (_, program) => {
  const read = programSchema.parse(JSON.parse(canonicalJson(program)));
  expect(read).toEqual(program);
  expect(canonicalJson(read)).toBe(canonicalJson(program));
});
