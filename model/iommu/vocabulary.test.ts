// What the machines read of programs is what the engine's vocabulary says, and every operation is either
// followed or explained away: the compiler compares them.
import { expect, expectTypeOf, test } from 'vitest';
import type * as engine from '../../engine/iommu/vocabulary/index.ts';
import { inert, opaque } from './anything.ts';
import { isKnown } from './oracle.ts';
import type * as model from './vocabulary.ts';

test('every operation of the engine is known, inert or opaque', () => {
  expectTypeOf<
    model.KnownOpName | keyof typeof inert | keyof typeof opaque
  >().toEqualTypeOf<engine.IommuOpName>();
  const both = Object.keys(inert).filter((name) => Object.hasOwn(opaque, name));
  expect(both).toEqual([]);
  for (const op of [...Object.keys(inert), ...Object.keys(opaque)])
    expect(isKnown({ op })).toBe(false);
});

test('operations and topologies of the engine are ones of the machines', () => {
  expectTypeOf<engine.OpOf<model.KnownOpName>>().toExtend<model.KnownOp>();
  expectTypeOf<engine.IommuTopology>().toExtend<model.Topology>();
  expectTypeOf<model.DomainType>().toEqualTypeOf<engine.DomainType>();
  expectTypeOf<model.DriverKind>().toEqualTypeOf<engine.DriverKind>();
});
