// Tables, progress lines and steps, as text.

import { describe, expect, test } from 'vitest';
import type { EngineRef } from '../fuzz/catalogue.ts';
import type { CheckItem, Found } from '../fuzz/check.ts';
import { type Finding } from '../fuzz/finding/index.ts';
import { sampleFinding } from '../test/toys/findings.ts';
import { recordFinding } from '../fuzz/trace/index.ts';
import { toyFinding } from '../test/toys/failing.ts';
import { toyHole } from '../test/toys/hole.ts';
import { painterFor, plain } from './colour.ts';
import { campaignProgressText, checkProgressText, Progress } from './progress.ts';
import { stepsText } from './steps.ts';
import { campaignSummary, checkSummary, countText } from './summary.ts';

const reference: EngineRef = { revision: 'reference', deltas: [] };
const v11: EngineRef = { revision: 'spapr/v11', deltas: ['A1', 'B1'] };
const titles = {
  property: (id: string) => ({ title: `what ${id} says` }),
  delta: (id: string) =>
    id.startsWith('D-')
      ? ({ title: `how ${id} differs`, kind: 'divergence', violates: null } as const)
      : ({ title: `what ${id} does wrong`, kind: 'defect', violates: 'MAP-001' } as const),
};

const found = (change: Partial<Finding>, ...causes: string[]): Found => ({
  finding: { ...sampleFinding, ...change },
  causes,
});

function item(engine: EngineRef, scenario: string, founds: Found[], reason?: string): CheckItem {
  const figures = { states: 12_345, transitions: 3e4, finalStates: 9, maxDepth: 77 };
  const verdict = founds.length > 0 ? 'violated' : reason === undefined ? 'holds' : 'inconclusive';
  const violated = founds.map((f) => f.finding.property);
  return { engine, scenario, verdict, reason: reason ?? null, violated, found: founds, figures };
}

describe('summaries', () => {
  test('a check', () => {
    const size = { operations: 9, tasks: 2, preemptions: 1, switches: 2 };
    const items = [
      item(reference, 'map-unregister', []),
      item(reference, 'attach-twice', [], 'more than 10000 states'),
      item(v11, 'map-unregister', [
        found({}, 'B1'),
        found({ property: 'use-after-free', key: 'g' }, 'A1'),
      ]),
      item(v11, 'attach-twice', [found({ size }, 'B1')]),
    ];
    expect(checkSummary(items, titles)).toMatchInlineSnapshot(`
      "revision   scenarios  states  verdict       violates
      reference  2          24.7 k  inconclusive
      spapr/v11  2          24.7 k  violated      MAP-001 use-after-free

      reference: 1 scenario inconclusive
        attach-twice: more than 10000 states

      spapr/v11: 2 defects, 2 violations
        B1  what B1 does wrong
            MAP-001 (hole): 2 tasks, 4 operations, 1 preemption
        A1  what A1 does wrong
            use-after-free (g): 2 tasks, 4 operations, 1 preemption
      "
    `);
  });

  test('a campaign', () => {
    const items = [
      { engine: reference, runs: 100_000, steps: 4_560_000, inconclusive: 0, found: [] },
      { engine: v11, runs: 512, steps: 9_000, inconclusive: 2, found: [found({}, 'B1')] },
    ];
    expect(campaignSummary(items, titles)).toMatchInlineSnapshot(`
      "revision   runs   steps   inconclusive  found
      reference  100 k  4.56 M  0             none
      spapr/v11  512    9000    2             1 violation

      spapr/v11: 1 defect, 1 violation
        B1  what B1 does wrong
            MAP-001 (hole): 2 tasks, 4 operations, 1 preemption
      "
    `);
  });

  test('counts', () => {
    const counts = [0, 9_999, 10_000, 123_456, 4_567_890, 7.8e9];
    expect(counts.map(countText)).toEqual(['0', '9999', '10.0 k', '123 k', '4.57 M', '7.80 G']);
  });
});

describe('progress', () => {
  const written = (isTTY: boolean) => {
    const out: string[] = [];
    const progress = new Progress((text) => out.push(text), isTTY, 20, 0);
    for (const ms of [0, 50, 120, 29_999, 30_000, 61_000])
      progress.update(`at ${ms} ms of a long time`, ms);
    progress.clear();
    return out;
  };

  test('rewrites one line on a terminal', () => {
    const erase = '\r\u001b[K';
    expect(written(true).join('').split(erase)).toEqual([
      '',
      'at 0 ms of a long t',
      'at 120 ms of a long',
      'at 29999 ms of a lo',
      'at 61000 ms of a lo',
      '',
    ]);
  });

  test('writes a plain line now and then elsewhere', () => {
    expect(written(false)).toMatchInlineSnapshot(`
      [
        "at 30000 ms of a long time
      ",
        "at 61000 ms of a long time
      ",
      ]
    `);
  });

  test('says where it is', () => {
    const at = { engine: v11, scenario: 'attach-twice', states: 123_456, itemsDone: 3, items: 12 };
    expect(checkProgressText(at, 2_500)).toMatchInlineSnapshot(
      `"3 of 12: spapr/v11 attach-twice, 123 k states, 2 s"`,
    );
    const run = { engine: reference, runs: 20_000, steps: 5e6, found: 1 };
    expect(campaignProgressText(run, 4_000)).toMatchInlineSnapshot(
      `"reference: 20.0 k runs, 1.25 M steps/s, 1 violation, 4 s"`,
    );
  });
});

test('a replay step by step', () => {
  const finding = toyFinding(toyHole());
  const trace = recordFinding(finding, toyHole());
  expect(stepsText(finding.program, trace, { all: false, paint: plain })).toMatchInlineSnapshot(`
    " 0  setup  attach c0 ← group 0
     0  setup    mutex_lock table0.lock: 0 → 1
     1  setup    mutex_unlock table0.lock: 1 → 0
     1  setup  = 0
     2  setup  register c0 va 0x10000, 2 pages
     2  setup    write table0.region: NULL → region
     2  setup  = 0
     3  T0     map c0 iova 0x0 ← va 0x10000, 2 pages
     4  T0       inc_not_zero region.mapped: 1 → 2, answers true
     5  T0       xchg goes well
     6  T0       write_once table0.tce[0]: 0 → 0x10000
    ── preempted
     7  T1     unregister c0 va 0x10000, 2 pages
     7  T1       mutex_lock table0.lock: 0 → 3
     9  T1       write_once region.mapped: 2 → 0
    10  T1       mutex_unlock table0.lock: 3 → 0
    10  T1     = 0
    11  T0       inc_not_zero region.mapped: 0, answers false
    12  T0       write_once table0.hole: false → true ✗
    12  T0     = 0
    2 steps that only look are not shown (--steps)
    "
  `);
  const all = stepsText(finding.program, trace, { all: true });
  expect(all.split('\n').filter((line) => line.includes('  T0  '))).toMatchInlineSnapshot(`
    [
      " 3  T0     map c0 iova 0x0 ← va 0x10000, 2 pages",
      " 3  T0       read_once table0.region: region",
      " 4  T0       inc_not_zero region.mapped: 1 → 2, answers true",
      " 5  T0       xchg goes well",
      " 6  T0       write_once table0.tce[0]: 0 → 0x10000",
      "11  T0       inc_not_zero region.mapped: 0, answers false",
      "12  T0       write_once table0.hole: false → true ✗",
      "12  T0     = 0",
    ]
  `);
});

test('colour is for terminals, unless NO_COLOR or FORCE_COLOR says otherwise', () => {
  const styled = (isTTY: boolean, env: Record<string, string>) =>
    painterFor(isTTY, env)('red', 'x') !== 'x';
  expect(styled(true, {})).toBe(true);
  expect(styled(false, {})).toBe(false);
  expect(styled(true, { NO_COLOR: '1' })).toBe(false);
  expect(styled(true, { NO_COLOR: '' })).toBe(true);
  expect(styled(true, { TERM: 'dumb' })).toBe(false);
  expect(styled(false, { FORCE_COLOR: '1' })).toBe(true);
  expect(styled(true, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
});
