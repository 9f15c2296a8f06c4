// A long random walk of single operations, the same everywhere: the small steps of an operation alone
// are its apply(), and every state on the way is consistent.
import { expect, test } from 'vitest';
import { inconsistencies } from './invariants.ts';
import { oracle } from './oracle.ts';
import type { Quirks } from './quirks.ts';
import { interleave, ops, PAGE, topology, VA } from './testing.ts';
import type { Op } from './vocabulary.ts';

const { attach, close, create, detach, disable, enable, map } = ops;
const { register, remove, unmap, unregister } = ops;

/** A fixed pseudo-random sequence: the same walk everywhere. */
function* lcg(seed: number): Generator<number, never> {
  for (let x = seed; ; ) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    yield x >>> 8;
  }
}

const as42: Partial<Quirks> = {
  eagerDefaultWindow: true,
  legacyInV2: true,
  anyProcess: true,
  overlapFirst: true,
  sizeZeroNoMemory: true,
  sharedRegistrations: true,
  separateView: true,
};
const walks: readonly (readonly [string, Partial<Quirks>])[] = [
  ['the reference', {}],
  ['v11', { ...as42, noWindowIoctls: true }],
  ['4.2', as42],
  ['6.1', { attachByVersion: true, sizeZeroNoMemory: true }],
];

test.each(walks)(
  'a long walk of %s: steps alone are apply(), every state is consistent',
  (_, quirks) => {
    const container = [0, 1, 2];
    const menu: Op[] = container.flatMap((index) => [
      attach(0, index),
      attach(1, index),
      attach(3, index),
      detach(0, index),
      detach(3, index),
      register({ container: index }),
      register({ container: index, va: VA + 2 * PAGE }),
      unregister({ container: index }),
      unregister({ container: index, va: VA + 2 * PAGE }),
      map({ container: index, size: 2 * PAGE, va: VA + PAGE }),
      map({ container: index, iova: PAGE }),
      unmap({ container: index, size: 4 * PAGE }),
      create({ container: index }),
      remove({ container: index }),
      enable(index),
      disable(index),
    ]);
    const random = lcg(1);
    const draw = (n: number) => random.next().value % n;
    const topo = topology([2, 2, 1], { process: { memlockPages: 14 } });
    let state = oracle.initial(topo, [], quirks);
    let successes = 0;
    for (let count = 0; count < 3000; count += 1) {
      const op = draw(60) === 0 ? close(draw(3)) : menu[draw(menu.length)];
      if (op === undefined) continue;
      const process = quirks.anyProcess ? draw(2) : 0;
      const { state: applied, result } = oracle.apply(state, op, process);
      const alone = interleave(state, [op], process);
      expect(alone.results).toEqual([String(result.ret)]);
      expect(alone.finals.map((final) => final.key)).toEqual([applied.key]);
      expect(inconsistencies(applied)).toEqual([]);
      const exited = oracle.exit(oracle.exit(applied, 0), 1);
      expect(exited.processes.map(({ lockedVm, regions }) => lockedVm + regions.length)).toEqual([
        0, 0,
      ]);
      if (result.ret === 0) successes += 1;
      const isClosed = applied.containers.every((each) => each.node.value === 'closed');
      state = isClosed ? oracle.initial(topo, [], quirks) : applied;
    }
    expect(successes).toBeGreaterThan(500);
  },
);
