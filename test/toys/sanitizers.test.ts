// Every sanitizer is tripped by a toy and not by its near twin, in exhaustive search and in random
// runs; and whatever is reported shows again when its decisions are replayed.

import { describe, expect, test } from 'vitest';
import { DataRaces, type SanitizerId, sanitizers } from '../../engine/runtime/index.ts';
import { derive, Rng } from '../../fuzz/rng.ts';
import { Runner } from '../../fuzz/run.ts';
import { Pct } from '../../fuzz/schedulers/pct.ts';
import { RandomWalk } from '../../fuzz/schedulers/random.ts';
import { Replay } from '../../fuzz/schedulers/replay.ts';
import { sanitizerToy } from './sanitizers.ts';
import { type Finding, searchAll, type Toy } from './toy.ts';

const ids = Object.keys(sanitizers) as SanitizerId[];
const maxSteps = 1000;
const runs = 200;

const runnerOf = (toy: Toy) => new Runner(toy, { maxSteps, observer: new DataRaces() });

function randomly(toy: Toy): Finding[] {
  const runner = runnerOf(toy);
  const findings: Finding[] = [];
  for (let i = 0; i < runs; i++) {
    const rng = Rng.seeded(derive('sanitizers', i));
    const scheduler =
      i % 2 === 0 ? new RandomWalk(rng) : new Pct(rng, { depth: 3, steps: { most: 12 } });
    const { outcome, violation, decisions } = runner.run(scheduler);
    expect(outcome).not.toBe('inconclusive');
    if (violation !== null) findings.push({ violation, decisions });
  }
  return findings;
}

const found = (findings: readonly Finding[]) => [
  ...new Set(findings.map((f) => f.violation.property)),
];

function expectReplays(toy: Toy, findings: readonly Finding[]): void {
  const runner = runnerOf(toy);
  for (const { violation, decisions } of findings) {
    const again = runner.run(new Replay(decisions, 'strict'));
    expect(again.violation).toMatchObject({ property: violation.property, key: violation.key });
    expect(again.decisions).toEqual(decisions);
  }
}

describe.each(ids)('%s', (id) => {
  test('is found by exhaustive search and replayed', () => {
    const toy = sanitizerToy(id, true);
    const { findings } = searchAll(toy);
    expect(found(findings)).toEqual([id]);
    expectReplays(toy, findings);
  });

  test('is found by random runs and replayed', () => {
    const toy = sanitizerToy(id, true);
    const findings = randomly(toy);
    expect(found(findings)).toEqual([id]);
    expectReplays(toy, findings);
  });

  test('is silent on the twin', () => {
    const toy = sanitizerToy(id, false);
    const { findings, result } = searchAll(toy);
    expect(result.complete).toBe(true);
    expect(result.finalStates).toBeGreaterThan(0);
    expect(findings.map((f) => f.violation.message)).toEqual([]);
    expect(randomly(toy).map((f) => f.violation.message)).toEqual([]);
  });
});

test('a report names what it is about', () => {
  const messages = ids.map((id) => {
    const [first] = searchAll(sanitizerToy(id, true)).findings;
    return `${id} (${first?.violation.key}): ${first?.violation.message}`;
  });
  expect(messages.join('\n')).toMatchInlineSnapshot(`
    "use-after-free (item): T0: read_once of setup.0#0:Item().field, which is freed
    double-free (item): setup.0#0:Item() is freed a second time
    leak (item): never freed: T0.0#0:Item()
    data-race (table.count): write by T0 in operation 0 races read by T1 in operation 0 on table.count
    lock-order (table.inner, table.mutex): locks nest in a circle: table.mutex > table.inner > table.mutex
    deadlock (table.mutex, table.ready): T0 waits for wait_for_completion of table.ready; T1 waits for mutex_lock of table.mutex
    self-deadlock (table.mutex): op 0 takes table.mutex, which it holds
    sleep-in-atomic (table.spin): op 0 may sleep holding table.spin
    bad-unlock (table): table.mutex is released by task 1, held by nobody
    held-at-exit (table.mutex): op 0 returns holding table.mutex
    refcount-underflow (table): table.refs falls below zero
    refcount-saturated (table): table.refs is raised from 0
    null-deref (head): head is NULL and is followed
    out-of-bounds (table): slot 2 of 2
    bug (two users): two users
    broken-contract (map || map): map and map of the same range at the same time on table
    unserialised (map || map): map and map of the same range at the same time on table"
  `);
});
