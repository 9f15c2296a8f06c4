// Traces of toy programs: told step by step, the same every time, and compared with what a finding
// says. The lost update of W(B, 2, 1) is the failing run.

import { describe, expect, test } from 'vitest';
import { failingRun } from '../../test/toys/failing.ts';
import { toyW } from '../../bench/workload/w.ts';
import { readFinding, writeFinding } from '../finding/index.ts';
import { sampleProgram } from '../../test/toys/findings.ts';
import type { Instance } from '../instance.ts';
import { makeFinding, recordTrace, replayFinding, traceDigest, traceText } from './index.ts';

const instance = (variant: 'A' | 'B' = 'B'): Instance => ({
  program: sampleProgram,
  ...toyW(variant, 2, 1),
});

const finding = () => {
  const { violation, decisions } = failingRun(instance());
  const engine = { toolVersion: '0.1.0', revision: 'reference', deltas: ['toy'] };
  return makeFinding({ ...engine, instance: instance(), decisions, violation });
};

const here = { toolVersion: '0.1.0', deltas: [] };

describe('a trace', () => {
  test('tells every step, its values and its preemption', () => {
    const { decisions } = finding();
    const trace = recordTrace(
      instance(),
      decisions.schedule.flatMap(([task, n]) =>
        Array.from({ length: n }, () => ({ task, choice: 0 })),
      ),
    );
    expect(traceText(trace)).toMatchInlineSnapshot(`
      "0 T0.0 mutex_lock domain.mutex: 0 → 1
      1 T0.0 read_once domain.slot[0]: 0
      2 T0.0 read_once domain.count[0]: 0
      3 T0.0 write_once domain.slot[0]: 0 → 1
      4 T1.0 read_once domain.slot[1]: 0
      5 T1.0 read_once domain.count[0]: 0
      6 T1.0 write_once domain.slot[1]: 0 → 1
      7 T1.0 write_once domain.count[0]: 0 → 1 returns {"ret":0}
      8 T0.0 write_once domain.count[0]: 1
      9 T0.0 mutex_unlock domain.mutex: 1 → 0 returns {"ret":0}
      ! count count
      "
    `);
    expect(trace.steps.filter((s) => s.mark === 'preemption')).toHaveLength(1);
  });

  test('ends with the reason where a decision cannot be followed', () => {
    const lock = (task: string) => ({ task, choice: 0 });
    expect(recordTrace(instance('A'), [lock('T0'), lock('T1')]).stuck).toMatchInlineSnapshot(`
      {
        "step": 1,
        "why": "T1 cannot go on: it is at mutex_lock of domain.mutex",
      }
    `);
    expect(recordTrace(instance(), [lock('T7')]).stuck).toMatchInlineSnapshot(`
      {
        "step": 0,
        "why": "there is no task T7 (there are T0, T1)",
      }
    `);
    expect(recordTrace(instance(), [{ task: 'T0', choice: 1 }]).stuck).toMatchInlineSnapshot(`
      {
        "step": 0,
        "why": "T0 has 1 ways to go on, answer 1 is not among them",
      }
    `);
  });
});

describe('a finding', () => {
  test('has the size and the evidence of its run', () => {
    const { size, evidence, property, message } = finding();
    expect({ size, evidence, property, message }).toMatchInlineSnapshot(`
      {
        "evidence": {
          "counts": {},
          "objects": [],
          "sites": [
            {
              "cell": "domain.count[0]",
              "op": "toggle 1",
              "step": 7,
              "task": "T1",
              "verb": "write_once",
            },
            {
              "cell": "domain.count[0]",
              "op": "toggle 0",
              "step": 8,
              "task": "T0",
              "verb": "write_once",
            },
          ],
        },
        "message": "count 1, 2 slots",
        "property": "count",
        "size": {
          "operations": 4,
          "preemptions": 1,
          "switches": 2,
          "tasks": 2,
        },
      }
    `);
  });

  test('replays to the same verdict and the same steps, on an instance of its own', () => {
    const read = readFinding(writeFinding(finding()));
    const replay = replayFinding(read, instance(), here);
    expect(replay.outcome).toBe('same');
    expect(replay.digest).toBe(read.traceDigest);
    expect(traceDigest(replay.trace)).toBe(read.traceDigest);
  });
});

describe('a replay that comes out differently', () => {
  const explain = (change: Partial<ReturnType<typeof finding>>, variant: 'A' | 'B' = 'B') => {
    const replay = replayFinding({ ...finding(), ...change }, instance(variant), here);
    return `${replay.outcome}: ${replay.explanation}`;
  };

  test('other steps', () => {
    expect(explain({ traceDigest: '0'.repeat(64) })).toMatchInlineSnapshot(
      `"different: count (count) appears, but by other steps; version and deltas are the same, so the code of the engine or of a property has changed"`,
    );
  });

  test('another version', () => {
    expect(explain({ toolVersion: '0.0.9', key: 'x' })).toMatchInlineSnapshot(
      `"different: it ends in count (count) instead of count (x); it was written by iommucheck 0.0.9, this is 0.1.0: the engine may have changed in between"`,
    );
  });

  test('the defect is gone', () => {
    expect(explain({}, 'A')).toMatchInlineSnapshot(
      `"different: step 4 cannot be taken: T1 cannot go on: it is at mutex_lock of domain.mutex; version and deltas are the same, so the code of the engine or of a property has changed"`,
    );
  });

  test('the deltas have changed', () => {
    expect(explain({ revision: 'spapr/v11', key: 'x' })).toMatchInlineSnapshot(
      `"different: it ends in count (count) instead of count (x); the deltas of spapr/v11 have changed since: -toy"`,
    );
  });

  test('no two runs alike', () => {
    const subject = instance();
    let calls = 0;
    const quiescent = () => (calls++ % 2 === 0 ? subject.judge.quiescent() : undefined);
    const moody = { ...subject, judge: { ...subject.judge, quiescent } };
    expect(replayFinding(finding(), moody, here).outcome).toBe('nondeterminism');
  });
});
