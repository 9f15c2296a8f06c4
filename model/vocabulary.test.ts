// The two declarations of the vocabulary say the same: the compiler compares them, in both ways.
import { expect, expectTypeOf, test } from 'vitest';
import * as engine from '../engine/vfio/vocabulary.ts';
import * as model from './vocabulary.ts';

test('operations, results, topologies and fault sites are those of the engine', () => {
  expectTypeOf<model.Op>().toEqualTypeOf<engine.Op>();
  expectTypeOf<model.Result>().toEqualTypeOf<engine.Result>();
  expectTypeOf<model.Topology>().toEqualTypeOf<engine.Topology>();
  expectTypeOf<model.FaultSite>().toEqualTypeOf<engine.FaultSite>();
  expect(model.faultSites).toEqual(engine.faultSites);
});
