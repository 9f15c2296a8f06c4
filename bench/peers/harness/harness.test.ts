// The harness without a peer: processes, load, repeats. What takes how long, no test says.

import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { busyTicks, childrenTicks, loadBetween, type Sample, sample } from './load.ts';
import { Failure, runProcess } from './process.ts';
import { median, repeat } from './repeat.ts';

const node = (script: string) => ({ file: process.execPath, args: ['--eval', script] });

describe('a process', () => {
  test('is run to its end, with what it said', async () => {
    const command = node('console.log("out"); console.error("err"); process.exitCode = 3');
    const { output, overdue } = await runProcess(command, tmpdir(), 50_000);
    expect(output).toMatchObject({ code: 3, stdout: 'out\n', stderr: 'err\n' });
    expect(output.file('no-such-file')).toBeNull();
    expect(overdue).toBe(false);
  });

  test('is ended when its time is over', async () => {
    const command = node('setInterval(() => {}, 1000)');
    const { output, overdue } = await runProcess(command, tmpdir(), 50);
    expect({ code: output.code, overdue }).toEqual({ code: null, overdue: true });
  });

  test('that cannot be started is a failure with a name', async () => {
    const command = { file: 'no-such-program', args: [] };
    await expect(runProcess(command, tmpdir(), 1000)).rejects.toThrow(Failure);
    await expect(runProcess(command, tmpdir(), 1000)).rejects.toThrow('no-such-program');
  });
});

describe('load', () => {
  const quiet: Sample = { atMs: 0, busyMs: 1000, ownMs: 10, childrenMs: 100 };

  test('what neither this process nor its children used, others did', () => {
    const after = { atMs: 1000, busyMs: 2500, ownMs: 110, childrenMs: 1100 };
    expect(loadBetween(quiet, after)).toEqual({ childrenMs: 1000, others: 0.4 });
    expect(loadBetween(quiet, { ...after, busyMs: null }).others).toBeNull();
  });

  test('the kernel rounds: there is no negative load', () => {
    const after = { atMs: 1000, busyMs: 1990, ownMs: 10, childrenMs: 1100 };
    expect(loadBetween(quiet, after).others).toBe(0);
  });

  test('waiting is not work', () => {
    expect(busyTicks('cpu  10 20 30 4000 500 1 2 3 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n')).toBe(66);
  });

  test('a name in brackets may hold anything', () => {
    const fields = Array.from({ length: 30 }, (_, i) => i + 3);
    expect(childrenTicks(`12 (a) b) ${['R', ...fields.slice(1)].join(' ')}`)).toBe(16 + 17);
  });

  test('can be sampled anywhere', () => {
    expect(sample().ownMs).toBeGreaterThan(0);
  });
});

describe('repeats', () => {
  const patience = { repeats: 5, repeatsOfLong: 3, attempts: 3 };

  test('go on until there are enough, but not for ever', async () => {
    let calls = 0;
    const once = async (index: number) => ({ run: index, last: (calls++, false) });
    const { runs } = await repeat(patience, once);
    expect(runs.length).toBe(5);
    expect(calls).toBeGreaterThanOrEqual(5);
    expect(calls).toBeLessThanOrEqual(15);
  });

  test('end with a run after which there is no sense in another', async () => {
    const { runs } = await repeat(patience, async (index) => ({ run: index, last: true }));
    expect(runs).toEqual([0]);
  });

  test('the median is one of the values', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([])]).toEqual([2, 3, Number.NaN]);
  });
});
