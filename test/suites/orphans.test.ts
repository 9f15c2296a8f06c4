// A region whose registering container closes while another container of the process maps it: it is
// left to those TCEs (docs/DECISIONS.md 5, BUG-O), counted right and gone with the last, whoever runs
// beside.

import { expect, test } from 'vitest';
import { ExhaustiveSearch } from '../../fuzz/explore/exhaustive.ts';
import { instantiate } from '../../fuzz/instance.ts';
import { attach, close, map, program, register, unmap } from '../../fuzz/scenarios/scenario.ts';
import { reference } from '../../engine/revisions/index.ts';

/** c0 can map what c1 registers. */
const apart = [attach(), register(4, 1), register(0, 1, 1)];
const mapped = [...apart, map(0, 0, 1)];
const orphan = [...mapped, close(1)];

test.each([
  ['close, MAP', apart, [[close(1)], [map(0, 0, 1)]]],
  ['close, UNMAP', mapped, [[close(1)], [unmap(0, 1)]]],
  ['close, UNMAP, MAP', mapped, [[close(1)], [unmap(0, 1)], [map(1, 0, 1)]]],
  ['close, REGISTER and UNMAP', mapped, [[close(1)], [register(0, 1), unmap(0, 1)]]],
  ['UNMAP of the last, MAP', orphan, [[unmap(0, 1)], [map(1, 0, 1)]]],
  ['UNMAP of the last, REGISTER', orphan, [[unmap(0, 1)], [register(0, 1)]]],
  ['close of both, MAP', orphan, [[close()], [map(1, 0, 1)]]],
])('%s', (_, setup, tasks) => {
  const shared = program({ containers: [2, 2] }, setup, tasks);
  const { executor, judge } = instantiate(shared, reference.deltas);
  const result = new ExhaustiveSearch(executor, judge, {
    maxStates: 1e6,
    maxDepth: 1e4,
    preemptions: Infinity,
    onViolation: ({ message }) => expect.fail(message),
  }).run();
  expect(result.complete).toBe(true);
});
