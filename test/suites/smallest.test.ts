// The smallest programs that show three defects: all smaller ones over the same operations were
// searched, and shrinking ends at the same size.

import { expect, test } from 'vitest';
import { type AnyProgram, type Op, opText } from '../../engine/index.ts';
import { checkScenario } from '../../fuzz/checker.ts';
import { instantiate } from '../../fuzz/instance.ts';
import { findSmallest } from '../../fuzz/smallest.ts';
import {
  attach,
  map,
  register,
  topology,
  unmap,
  unregister,
} from '../../fuzz/scenarios/scenario.ts';
import { delta, maxStates, toolVersion } from './search.ts';

/** One group, two regions of a page, and everything that may be done with the first. */
const ops: readonly Op[] = [
  attach(),
  register(0, 1),
  register(1, 1),
  unregister(0, 1),
  map(0, 0, 1),
  unmap(0, 1),
];

const textOf = ({ tasks }: AnyProgram) =>
  tasks.map((task) => task.ops.map((op) => opText(op as Op)).join('; '));

/** The smallest over `ops`, and the finding that shrinking `scenario` ends in. */
function smallest(id: string, scenario: string, property: string) {
  const engine = (program: AnyProgram) => instantiate(program, [delta(id)]);
  const limits = { maxOperations: 4, maxTasks: 4 };
  const result = findSmallest(
    { system: 'spapr', topology: topology(), ops },
    engine,
    { property },
    limits,
  );
  const options = { toolVersion, maxStates };
  const { found } = checkScenario({ revision: 'reference', deltas: [id] }, scenario, options);
  const shrunk = found.find(({ finding }) => finding.property === property)?.finding;
  const layer = result.layers.at(-1);
  expect(result.proved).toBe(true);
  expect(shrunk?.size).toMatchObject({
    operations: layer?.operations,
    tasks: layer?.tasks,
    preemptions: result.found?.preemptions,
  });
  return { ...result, shrunk };
}

test('B1: four operations in two tasks, one preemption', () => {
  const { found, layers, shrunk } = smallest('B1', 'map-unregister', 'MAP-008');
  expect(shrunk?.size).toMatchObject({ operations: 4, tasks: 2, preemptions: 1 });
  expect(layers.map((l) => `${l.operations} in ${l.tasks}: ${l.programs}`)).toMatchInlineSnapshot(`
    [
      "1 in 1: 6",
      "2 in 1: 36",
      "2 in 2: 21",
      "3 in 1: 216",
      "3 in 2: 216",
      "3 in 3: 56",
      "4 in 1: 1296",
      "4 in 2: 1962",
    ]
  `);
  expect(textOf(found!.program)).toMatchInlineSnapshot(`
    [
      "attach c0 g0; register c0 va 0x10000 size 0x1000; unregister c0 va 0x10000 size 0x1000",
      "map c0 iova 0x0 va 0x10000 size 0x1000",
    ]
  `);
});

test('A1: two operations in one task, no preemption', () => {
  const { found, shrunk } = smallest('A1', 'attach-twice', 'GRP-010');
  expect(shrunk?.size).toMatchObject({ operations: 2, tasks: 1, preemptions: 0 });
  expect(textOf(found!.program)).toMatchInlineSnapshot(`
    [
      "attach c0 g0; attach c0 g0",
    ]
  `);
});

test('BUG-U: four operations in one task, no preemption', () => {
  const { found, shrunk } = smallest('BUG-U', 'unregister-mapped', 'REG-007');
  expect(shrunk?.size).toMatchObject({ operations: 4, tasks: 1, preemptions: 0 });
  expect(textOf(found!.program)).toMatchInlineSnapshot(`
    [
      "attach c0 g0; register c0 va 0x10000 size 0x1000; map c0 iova 0x0 va 0x10000 size 0x1000; unregister c0 va 0x10000 size 0x1000",
    ]
  `);
});
