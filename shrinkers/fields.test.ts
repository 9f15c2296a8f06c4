// The tables of shrinking against the schemas: every argument that is a number, a list or optional is
// known by name, and every object's optional fields are.

import { expect, test } from 'vitest';
import type { z } from 'zod';
import { iommuOpSchema, iommuTopologySchema } from '../fuzz/finding/iommuProgram.ts';
import { spaprOpSchema, spaprTopologySchema } from '../fuzz/finding/spaprProgram.ts';
import { alternatives, listFields, mayLeaveOut, numberFields, optionalFields } from './fields.ts';
import { ofTopology, peculiarities } from './plainer-objects.ts';

type Shape = Readonly<Record<string, z.ZodType>>;

const shapes = [...spaprOpSchema.options, ...iommuOpSchema.options].map(
  (option) => option.shape as Shape,
);

const namesOf = (shape: Shape): readonly string[] => {
  const op = shape['op'] as z.ZodType & {
    readonly options?: string[];
    readonly values?: Set<string>;
  };
  return op.options ?? [...(op.values ?? [])];
};

/** What a type is once it is there. */
function inner(type: z.ZodType): z.ZodType {
  return type.def.type === 'optional'
    ? inner((type as z.ZodOptional<z.ZodType>).def.innerType)
    : type;
}

const isOptional = (type: z.ZodType) => type.def.type === 'optional';

/** Every field of every operation. */
const fields = shapes.flatMap((shape) =>
  namesOf(shape).flatMap((op) =>
    Object.entries(shape).flatMap(([field, type]) => (field === 'op' ? [] : [{ op, field, type }])),
  ),
);

test('numbers are lowered by a table, but for the type that VFIO_SET_IOMMU chooses', () => {
  const numbers = fields.filter(({ type }) => ['number', 'pipe'].includes(inner(type).def.type));
  const unknown = numbers.filter(({ field }) => !(field in numberFields));
  expect(unknown.map(({ op, field }) => `${op} ${field}`)).toEqual(['vfio_set_iommu type']);
  const met = new Set(numbers.map(({ field }) => field));
  expect(Object.keys(numberFields).filter((field) => !met.has(field))).toEqual([]);
});

test('lists are shortened', () => {
  const lists = fields.filter(({ type }) => inner(type).def.type === 'array');
  expect(new Set(lists.map(({ field }) => field))).toEqual(new Set(listFields));
});

test('what is optional may be left out, and nothing else', () => {
  const known: readonly string[] = optionalFields;
  for (const { op, field, type } of fields) {
    const left = known.includes(field) && mayLeaveOut({ op, [field]: 0 }, field);
    const other = alternatives[op]?.includes(field) ?? false;
    expect([op, field, left || other]).toEqual([op, field, isOptional(type)]);
  }
});

const objectsOf = (topology: z.ZodObject): readonly (readonly [string, Shape])[] =>
  Object.entries(topology.shape as Shape).flatMap(([list, type]) => {
    const array = inner(type);
    if (array.def.type !== 'array') return [];
    return [[list, (array as z.ZodArray<z.ZodObject>).element.shape] as const];
  });

test('optional fields of objects are left out, each by name', () => {
  const wanted = new Map<string, Set<string>>();
  for (const [list, shape] of [
    ...objectsOf(spaprTopologySchema),
    ...objectsOf(iommuTopologySchema),
  ])
    for (const [field, type] of Object.entries(shape))
      if (isOptional(type)) wanted.set(list, (wanted.get(list) ?? new Set()).add(field));
  const known = Object.entries(peculiarities).map(
    ([list, names]) => [list, new Set(names)] as const,
  );
  expect(wanted).toEqual(new Map<string, Set<string>>(known));
  const own = Object.entries(iommuTopologySchema.shape as Shape);
  const left = own.filter(
    ([name, type]) => isOptional(type) && !['containers', 'kvms'].includes(name),
  );
  expect(left.map(([name]) => name)).toEqual(ofTopology);
});
