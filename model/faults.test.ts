// Refusals of the environment: what each operation then returns, that nothing stays behind, and that
// they happen only where they are allowed.
import { describe, expect, test } from 'vitest';
import { inconsistencies } from './invariants.ts';
import { interleave, ops, PAGE, run, topology, VA } from './testing.ts';
import { type FaultSite, faultSites, type Op } from './vocabulary.ts';

const { attach, create, enable, map, register, remove, unmap, unregister } = ops;
const ready = [attach(), register()];
const open = [...ready, map({ iova: PAGE, va: VA + PAGE }), unmap({ iova: PAGE })];

describe('refusals of the environment', () => {
  const cases: readonly (readonly [string, readonly Op[], Op, readonly string[], (1 | 2)?])[] = [
    ['attach', [], attach(), ['-12', '0']],
    ['attach with windows', [attach(), create()], attach(1), ['-12', '-5', '0']],
    ['attach of a legacy group', [], attach(3), ['-12', '-16', '0'], 1],
    ['register', [], register(), ['-12', '-14', '0']],
    ['create', [attach()], create(), ['-12', '-5', '0']],
    ['map, default window', ready, map({ size: 2 * PAGE }), ['-12', '-5', '0']],
    ['map, one page', open, map(), ['-5', '0']],
    ['map, v1', [attach(3), enable()], map({ size: 2 * PAGE }), ['-14', '-5', '0'], 1],
    ['unmap', [...open, map()], unmap(), ['0']],
    ['remove', [attach(), create()], remove(), ['0']],
  ];
  for (const [what, setup, op, results, version = 2] of cases) {
    test(what, () => {
      const start = run(topology([version]), setup, faultSites).state;
      const outcome = interleave(start, [op]);
      expect(outcome.results).toEqual(results);
      for (const state of outcome.finals) expect(inconsistencies(state)).toEqual([]);
    });
  }

  test('a failed attach changes nothing at all', () => {
    const start = run(topology([2]), [attach(), create()], faultSites).state;
    const finals = interleave(start, [attach(1)]).finals.map((state) => state.key);
    expect(finals).toHaveLength(2);
    expect(finals).toContain(start.key);
  });

  test('only at the sites that are listed, and once', () => {
    const sites: readonly FaultSite[] = ['pin'];
    const start = run(topology([2]), [], sites).state;
    expect(interleave(start, [register()]).results).toEqual(['-14', '0']);
  });

  test('a refused exchange is seen by UNREGISTER while it lasts', () => {
    const start = run(topology([2]), open, ['xchg']).state;
    expect(interleave(start, [map(), unregister()]).results).toEqual([
      '-22 0',
      '-5 -16',
      '-5 0',
      '-6 0',
      '0 -16',
    ]);
  });
});
