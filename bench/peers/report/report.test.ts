// The table: what was measured, what was not and why, what is wrong, and where this tool loses.

import { expect, test } from 'vitest';
import type { Measured } from '../harness/cell.ts';
import type { Configuration, Peer } from '../peer.ts';
import { complaints } from '../verify.ts';
import { losses, reportedLosses } from './losses.ts';
import { markdown } from './markdown.ts';
import { reported, reportedMs } from './reported.ts';
import { type Absent, groupsOf, type Result } from './rows.ts';
import { textTable } from './text.ts';

const peer = (id: string): Peer => ({
  id,
  find: () => ({ found: true, version: '1' }),
  configurations: [],
});

const job = () => {
  throw new Error('not run here');
};

const configuration = (name: string, rest: Partial<Configuration> = {}): Configuration => ({
  name,
  counts: 'states',
  purpose: 'verdict',
  job,
  ...rest,
});

const b22 = { variant: 'B', tasks: 2, ops: 2 } as const;

const measured: Measured = {
  kind: 'measured',
  answer: { verdict: 'violated', states: 359, transitions: 600 },
  wrong: [],
  wallMs: 80,
  buildMs: null,
  cpuMs: 75,
  rssMb: 48,
  repeats: 5,
  others: 0.05,
};

const cell = (id: string, name: string, outcome: Result['outcome']): Result => ({
  section: 'verdict',
  peer: peer(id),
  configuration: configuration(name),
  workload: b22,
  outcome,
});

const results: readonly Result[] = [
  cell('iommucheck', 'iommucheck', measured),
  cell('spin', 'SPIN', { ...measured, wallMs: 6.7, buildMs: 700, cpuMs: 0, rssMb: null }),
  cell('odd', 'Miscounter', {
    ...measured,
    wallMs: 1,
    wrong: ['358 states, not 359'],
    others: 0.7,
  }),
  cell('slow', 'Slow', { kind: 'unfinished', capMs: 60_000 }),
  cell('broken', 'Broken', { kind: 'failed', why: 'exit code 1: error: parsing failed' }),
  {
    ...cell('iommucheck', 'iommucheck', measured),
    section: 'first error',
    outcome: { ...measured, answer: { verdict: 'violated', steps: 10, switches: 2 } },
  },
  {
    ...cell('spin', 'SPIN', measured),
    section: 'two processes',
    outcome: {
      kind: 'scaled',
      oneMs: 3000,
      twoMs: 3200,
      gain: 1.875,
      cpuMs: 6300,
      repeats: 3,
      others: null,
    },
  },
];

const absent: readonly Absent[] = [
  { id: 'quint', why: '@informalsystems/quint is not installed', install: 'npm install …' },
];

test('the table, with all that may happen to a cell', () => {
  expect(textTable(groupsOf(results, absent))).toMatchInlineSnapshot(`
    "tool          answer                          states  transitions             wall     build      CPU             rate  peak RSS  runs  note

    B(2,2): 359 states, 600 transitions, wrong
    iommucheck    violated                           359          600          80.0 ms         –  75.0 ms  4.49 k states/s     48 MB     5
    SPIN          violated                           359          600           6.7 ms  + 700 ms  < 20 ms  53.6 k states/s         –     5
    Miscounter    violated                           359          600           1.0 ms         –  75.0 ms   359 k states/s     48 MB     5  WRONG: 358 states, not 359; disturbed: others used 0.7 cores
    Slow          did not finish in 60 s               –            –                –         –        –                –         –     –
    Broken        failed                               –            –                –         –        –                –         –     –  exit code 1: error: parsing failed

    B(2,2), the first error
    iommucheck    violated: 10 steps, 2 switches       –            –          80.0 ms         –  75.0 ms                –     48 MB     5

    two processes at once, each with all of the work
    SPIN, B(2,2)  1.88 × the work of one               –            –  3.00 s → 3.20 s         –   6.30 s                –         –     3  load unknown

    not measured
    quint         absent                               –            –                –         –        –                –         –     –  @informalsystems/quint is not installed; npm install …"
  `);
});

test('where this tool loses: only right answers count, builds are compared apart', () => {
  expect(losses(results).join('\n')).toMatchInlineSnapshot(`
    "SPIN: less wall time on B(2,2), 6.7 ms against 80.0 ms.
    SPIN: less CPU time on B(2,2), less than 10 ms against 75.0 ms."
  `);
});

test('what was reported to take less wall time is named as well', () => {
  expect(reportedLosses(results)).toEqual([
    'GenMC --sc: B(2,2) (52.4 ms against 80.0 ms).',
    'Nidhugg --source: B(2,2) (23.4 ms against 80.0 ms).',
    'Nidhugg --optimal: B(2,2) (25.3 ms against 80.0 ms).',
    'Nidhugg --rf (classes of reads-from): B(2,2) (23.6 ms against 80.0 ms).',
  ]);
  const cells = ['cap', 'cap (379 999 runs)', '1891+47 in 131 ms', '6.87 s'];
  expect(cells.map(reportedMs)).toEqual([null, null, 131, 6870]);
});

test('the document keeps what was measured from what is quoted', () => {
  const text = markdown(results, absent, {
    machine: '2 × some processor',
    versions: ['spin: 6.5.2'],
    date: '2026-11-27',
    nodeMs: 41,
  });
  const [ours = '', quoted = ''] = text.split('## Reported, another run');
  for (const { tool } of reported) {
    expect(quoted).toContain(tool);
    expect(ours).not.toContain(tool);
  }
  expect(quoted).toContain('peer report, 2026-11');
  expect(ours.slice(0, ours.indexOf('## Measured'))).toMatchInlineSnapshot(`
    "# Peers

    The workload W(variant,tasks,operations) on this tool and on its peers: tasks toggle slots of a
    domain and count the occupied ones. A takes a lock, in B the last task does not and an update is
    lost, in C nothing is shared. Each cell is a cold process up to its verdict, the median of its
    runs; every answer is checked against counts on which independent tools agree
    (\`bench/workload/known.ts\`). The models are in \`bench/peers/models/\`. Written by
    \`npm run bench:peers -- --markdown\`; compare numbers of one run on one machine only.

    - Machine: 2 × some processor
    - Date: 2026-11-27
    - Node alone: 41.0 ms
    - spin: 6.5.2

    "
  `);
  expect(ours.slice(ours.indexOf('## Where'))).toMatchInlineSnapshot(`
    "## Where this tool loses

    - No program on Node answers before Node has started: 41.0 ms here.
    - SPIN: less wall time on B(2,2), 6.7 ms against 80.0 ms.
    - SPIN: less CPU time on B(2,2), less than 10 ms against 75.0 ms.

    "
  `);
});

test('answers are held to what is known', () => {
  const judge = (rest: Partial<Configuration>, answer: Measured['answer']) =>
    complaints(configuration('x', rest), b22, answer).join('; ');
  const right = { verdict: 'violated', states: 359, transitions: 600 } as const;
  expect(judge({}, right)).toBe('');
  expect(judge({}, { ...right, verdict: 'holds' })).toBe('the verdict is holds, not violated');
  expect(judge({}, { ...right, states: 358 })).toBe('358 states, not 359');
  expect(judge({ counts: 'reduced' }, { ...right, states: 358 })).toBe('');
  expect(judge({ counts: 'reduced' }, { ...right, states: 360 })).toContain('more than the 359');
  expect(judge({ counts: 'traces' }, { verdict: 'violated', traces: 64 })).toBe(
    '64 traces, not 63',
  );
  const first = { counts: 'random', purpose: 'first error' } as const;
  expect(judge(first, { verdict: 'violated', steps: 9 })).toContain('none is shorter than 10');
  expect(judge(first, { verdict: 'violated', steps: 20, switches: 9 })).toBe('');
  const promises = 'fewest steps and switches';
  expect(judge({ ...first, promises }, { verdict: 'violated', steps: 10, switches: 3 })).toBe(
    'a counterexample of 3 switches, not the promised 2',
  );
});
