// The models of the peers: their texts, and, where they run here, what is known of them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { getAdjacencyMap, getShortestPaths } from 'xstate/graph';
import { isWrong, known, shortestOfB, stepsOf } from '../../workload/known.ts';
import { eventsOf, identityOf, isWrongState, machineOf } from './machine.ts';
import { promela } from './promela.ts';
import { quint } from './quint.ts';
import { programOf, Scheduled } from './scheduled.ts';

test('Promela: the lock is one step, checks and counters go with the step before', () => {
  expect(promela({ variant: 'B', tasks: 2, ops: 1 })).toMatchInlineSnapshot(`
    "byte lock; byte slot[4]; short count; byte running;
    active proctype T0() { bit seen; short n;
      d_step { lock == 0 -> lock = 1; running = running + 1 }; seen = slot[0]; n = count; slot[0] = 1 - seen;
      d_step { count = n + 1 - 2*seen; seen = 0; n = 0 }; d_step { lock = 0; running = running - 1; assert(running != 0 || count == slot[0] + slot[1] + slot[2] + slot[3]) };
    end: false }
    active proctype T1() { bit seen; short n;
      d_step { seen = slot[1]; running = running + 1 }; n = count; slot[1] = 1 - seen; d_step { count = n + 1 - 2*seen; seen = 0; n = 0; running = running - 1; assert(running != 0 || count == slot[0] + slot[1] + slot[2] + slot[3]) };
    end: false }
    "
  `);
});

test('Promela: C shares nothing, and may promise so', () => {
  expect(promela({ variant: 'C', tasks: 2, ops: 1 }, { local: true })).toMatchInlineSnapshot(`
    "local byte slot0; local short count0;
    local byte slot1; local short count1;
    active proctype T0() { bit seen; short n;
      seen = slot0; n = count0; slot0 = 1 - seen; d_step { count0 = n + 1 - 2*seen; seen = 0; n = 0; assert(count0 == slot0) };
    end: false }
    active proctype T1() { bit seen; short n;
      seen = slot1; n = count1; slot1 = 1 - seen; d_step { count1 = n + 1 - 2*seen; seen = 0; n = 0; assert(count1 == slot1) };
    end: false }
    "
  `);
  expect(promela({ variant: 'C', tasks: 2, ops: 1 })).not.toContain('local');
});

test('Quint', () => {
  expect(quint({ variant: 'B', tasks: 2, ops: 2 })).toMatchInlineSnapshot(`
    "module w {
      pure val tasks = 0.to(1)
      var lock: bool
      var slot: int -> int
      var count: int -> int
      var pc: int -> int
      var seen: int -> int
      var n: int -> int

      pure def unlocked(t) = t == 1
      pure def steps(t) = if (unlocked(t)) 4 else 6
      // 0 acquire, 1 read slot, 2 read count, 3 write slot, 4 write count, 5 release
      pure def kind(t, p) = if (unlocked(t)) 1 + p % 4 else p % 6

      def ready(t) = and {
        pc.get(t) < 2 * steps(t),
        kind(t, pc.get(t)) != 0 or not(lock),
      }

      action init = all {
        lock' = false,
        slot' = 0.to(3).mapBy(i => 0),
        count' = 0.to(3).mapBy(i => 0),
        pc' = tasks.mapBy(t => 0),
        seen' = tasks.mapBy(t => 0),
        n' = tasks.mapBy(t => 0),
      }

      action act(t) = {
        val k = kind(t, pc.get(t))
        val i = (t + pc.get(t) / steps(t)) % 4
        all {
          pc' = pc.set(t, pc.get(t) + 1),
          lock' = if (k == 0) true else if (k == 5) false else lock,
          seen' = if (k == 1) seen.set(t, slot.get(i)) else if (k == 4) seen.set(t, 0) else seen,
          n' = if (k == 2) n.set(t, count.get(0)) else if (k == 4) n.set(t, 0) else n,
          slot' = if (k == 3) slot.set(i, 1 - seen.get(t)) else slot,
          count' = if (k == 4) count.set(0, n.get(t) + 1 - 2 * seen.get(t)) else count,
        }
      }

      action step = {
        nondet t = tasks.filter(t => ready(t)).oneOf()
        act(t)
      }

      val counted = not(tasks.forall(t => pc.get(t) % steps(t) == 0)) or count.get(0) == 0.to(3).map(i => (i, slot.get(i))).fold(0, (n, pair) => n + pair._2)
    }
    "
  `);
});

test('Quint: C counts each slot by itself, A locks everywhere', () => {
  const lines = (variant: 'A' | 'C') =>
    quint({ variant, tasks: 3, ops: 2 })
      .split('\n')
      .filter((line) => /unlocked\(t\) =|val i =|val counted|count' =/.test(line))
      .map((line) => line.trim());
  expect([...lines('A'), ...lines('C')].join('\n')).toMatchInlineSnapshot(`
    "pure def unlocked(t) = false
    count' = 0.to(3).mapBy(i => 0),
    val i = (t + pc.get(t) / steps(t)) % 4
    count' = if (k == 4) count.set(0, n.get(t) + 1 - 2 * seen.get(t)) else count,
    val counted = not(tasks.forall(t => pc.get(t) % steps(t) == 0)) or count.get(0) == 0.to(3).map(i => (i, slot.get(i))).fold(0, (n, pair) => n + pair._2)
    pure def unlocked(t) = t >= 0
    count' = 0.to(3).mapBy(i => 0),
    val i = t
    count' = if (k == 4) count.set(t, n.get(t) + 1 - 2 * seen.get(t)) else count,
    val counted = tasks.forall(t => pc.get(t) % 4 != 0 or count.get(t) == slot.get(t))"
  `);
});

const tiny = known.filter(({ states }) => states < 1000);

test.each(tiny)('XState: $variant($tasks,$ops) has $states states', (row) => {
  const map = getAdjacencyMap(machineOf(row), {
    events: eventsOf(row) as never,
    limit: Number.POSITIVE_INFINITY,
    serializeState: identityOf,
    filterEvents: (snapshot, event) => snapshot.can(event as never),
  });
  const entries = Object.values(map);
  expect(entries).toHaveLength(row.states);
  const edges = entries.reduce((n, { transitions }) => n + Object.keys(transitions).length, 0);
  expect(edges).toBe(row.transitions);
  expect(entries.some(({ state }) => isWrongState(row, state))).toBe(isWrong(row));
});

test('XState: the shortest path to a wrong state of B', () => {
  const row = { variant: 'B', tasks: 2, ops: 1 } as const;
  const events = eventsOf(row) as never;
  const paths = getShortestPaths(machineOf(row), { events, serializeState: identityOf });
  const wrong = paths.filter(({ state }) => isWrongState(row, state)).map(({ weight }) => weight);
  expect(Math.min(...wrong)).toBe(shortestOfB.steps);
});

test.each(tiny)('fast-check: $variant($tasks,$ops) takes all its steps', async (row) => {
  let wrong = 0;
  const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    const world = new Scheduled(scheduler, row);
    await world.run(programOf(row));
    expect(world.order).toHaveLength(stepsOf(row));
    if (!world.right) wrong++;
  });
  await fc.assert(property, { numRuns: 30, seed: 1 });
  expect(wrong > 0).toBe(isWrong(row));
});
