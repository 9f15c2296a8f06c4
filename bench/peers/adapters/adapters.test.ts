// What the peers print, as recorded, and what is made of it.

import { describe, expect, test } from 'vitest';
import { nameOf } from '../../workload/known.ts';
import type { Output } from '../peer.ts';
import { peers } from './index.ts';
import { readJson } from './json.ts';
import { readQuint } from './quint.ts';
import { readPan } from './spin.ts';

const output = (stdout: string, files: Readonly<Record<string, string>> = {}): Output => ({
  code: 0,
  stdout,
  stderr: '',
  file: (name) => files[name] ?? null,
});

const panOfB = `
pan:1: assertion violated ((running!=0)||(count==(((slot[0]+slot[1])+slot[2])+slot[3]))) (at depth 9)
pan: wrote w.pml.trail

(Spin Version 6.5.2 -- 6 December 2019)

Full statespace search for:
	never claim         	- (none specified)
	assertion violations	+

State-vector 40 byte, depth reached 48, errors: 2317
    39514 states, stored
    34448 states, matched
    73962 transitions (= stored+matched)
        0 atomic steps
hash conflicts:        29 (resolved)
`;

const trail = '-4:-4:-4\n1:2:96\n2:0:97\n3:0:104\n4:2:107\n';

describe('SPIN', () => {
  test('counts states and transitions; the first state is no transition', () => {
    expect(readPan(output(panOfB))).toEqual({
      verdict: 'violated',
      states: 39_514,
      transitions: 73_961,
    });
  });

  test('takes the size of a counterexample from the trail', () => {
    const answer = readPan(output(panOfB, { 'w.pml.trail': trail }));
    expect(answer).toMatchObject({ steps: 4, switches: 2 });
  });

  test('a depth bound that was hit is no answer, nor is silence', () => {
    const cut = `error: max search depth too small\n${panOfB}`;
    expect(() => readPan(output(cut))).toThrow('depth bound');
    expect(() => readPan(output(''))).toThrow('in what pan says');
  });

  test('is built in two steps, and counts states of C with a promise apart', () => {
    const configurations = peers.find(({ id }) => id === 'spin')?.configurations ?? [];
    const job = configurations[0]?.job({ variant: 'A', tasks: 2, ops: 2 });
    const lines = [...(job?.build ?? []), job?.run(0)].map((c) =>
      [c?.file, ...(c?.args ?? [])].join(' '),
    );
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "spin -a w.pml
      gcc -O2 -DSAFETY -DNOREDUCE -w -o pan pan.c
      ./pan -m34 -w16 -c0"
    `);
  });
});

const integer = (n: number) => ({ '#bigint': `${n}` });
const counters = (...pc: number[]) => ({
  pc: { '#map': pc.map((n, t) => [integer(t), integer(n)]) },
});

describe('Quint', () => {
  test('finds nothing, in so many runs', () => {
    const text = '[ok] No violation found (332ms at 151 traces/second).\n';
    expect(readQuint(output(text))).toEqual({ verdict: 'nothing found', runs: 100 });
  });

  test('sees who moved from the program counters of the trace', () => {
    const states = [counters(0, 0), counters(0, 1), counters(1, 1), counters(2, 1), counters(2, 2)];
    const text = '[violation] Found an issue (63ms at 16 traces/second).\n';
    const answer = readQuint(output(text, { 'trace.itf.json': JSON.stringify({ states }) }));
    expect(answer).toEqual({ verdict: 'violated', steps: 4, switches: 2 });
  });

  test('anything else is no answer', () => {
    expect(() => readQuint(output('error: parsing failed'))).toThrow(
      'neither [ok] nor [violation]',
    );
    expect(() => readQuint(output('[violation]'))).toThrow('trace.itf.json');
  });
});

describe('JSON lines', () => {
  test('are read from the last line; the rest is noise', () => {
    const text = 'warming up\n{"violated":false,"complete":true,"states":69,"other":1}\n';
    expect(readJson(output(text), 'holds')).toEqual({ verdict: 'holds', states: 69 });
  });

  test('an incomplete search is no answer', () => {
    const text = '{"violated":false,"complete":false,"states":69}';
    expect(() => readJson(output(text), 'holds')).toThrow('not complete');
    expect(() => readJson(output('usage: …'), 'holds')).toThrow("not JSON: 'usage: …'");
    expect(() => readJson(output('{}'), 'holds')).toThrow('nothing of a verdict');
  });
});

test('configurations are told apart by name and purpose, and promise only of first errors', () => {
  const all = peers.flatMap(({ configurations }) => configurations);
  const names = all.map(({ name, purpose }) => `${purpose}: ${name}`);
  expect(new Set(names).size).toBe(names.length);
  expect(all.filter((c) => c.promises && c.purpose === 'verdict')).toEqual([]);
  const pairs = all.flatMap(({ twice }) => twice ?? []).map(nameOf);
  expect(new Set(pairs)).toEqual(new Set(['B(4,4)', 'B(3,3)', 'A(3,3)']));
});
