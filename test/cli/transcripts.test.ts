// Whole command lines and what they print: documentation and test at once. The services are fakes that
// know one toy.

import { describe, expect, test } from 'vitest';
import { type Finding, wrapText, writeFinding, writeText } from '../../fuzz/finding/index.ts';
import { fakeServices, iommucheck, toyFound } from './fake.ts';

const { finding } = toyFound();
const json = writeFinding(finding);
const line = writeText(finding);

/** The text form depends on the compressor; what it holds is tested elsewhere. */
const stable = (text: string) =>
  text
    .replaceAll(/'iommucheck1:[^']+'/g, "'iommucheck1:…'")
    .replaceAll(line, 'iommucheck1:…')
    .replaceAll(/_[0-9a-f]{8}\./g, '_….');

describe('check', () => {
  test('without options: revision by revision, what each violates', async () => {
    expect((await iommucheck(['check'])).text).toMatchInlineSnapshot(`
      "$ iommucheck check
      revision    scenarios  states  verdict   violates
      reference   2          2468    holds
      spapr/v11   2          2468    violated  MAP-001
      spapr/6.12  2          2468    violated  MAP-001

      spapr/v11: 1 defect, 1 violation
        B1  map returns success over a hole
            MAP-001 (hole): 2 tasks, 4 operations, 1 preemption

      spapr/6.12: 1 defect, 1 violation
        B1  map returns success over a hole
            MAP-001 (hole): 2 tasks, 4 operations, 1 preemption

      property  reference  spapr/v11  spapr/6.12
      MAP-001   ·          1          1

      for the counterexamples: iommucheck check --revision <id>, or --full for all of them
      exit 1
      "
    `);
  });

  test('one revision: its counterexamples in full', async () => {
    const { text } = await iommucheck(['check', '--revision', 'spapr/v11']);
    expect(stable(text)).toMatchInlineSnapshot(`
      "$ iommucheck check --revision spapr/v11
      MAP-001: a successful MAP has written every entry
      MAP returned 0 over a hole in table0: the kernel's fault (reference + B1)

      schedule (2 tasks, 4 operations, 1 preemption)
        first  attach c0 ← group 0 = 0
        first  register c0 va 0x10000, 2 pages = 0
        T0                                              T1
        map c0 iova 0x0 ← va 0x10000, 2 pages
          write_once table0.tce[0]: 0 → 0x10000
        ── preempted before inc_not_zero region.mapped
                                                        unregister c0 va 0x10000, 2 pages
                                                          write_once region.mapped: 2 → 0
                                                        unregister = 0
          inc_not_zero region.mapped: 0, answers false
          write_once table0.hole: false → true ✗
        … map = 0

      evidence
        region: mapped 1 → 0
        T1, step 9: write_once region.mapped: 2 → 0
        T0, step 11: inc_not_zero region.mapped: 0, answers false

      replay
        iommucheck replay \\
        'iommucheck1:…'

      rule
        MAP returns 0 if and only if all entries of the range are written.
        spec/spapr-tce-v2.md §10, invariant 8

      revision   scenarios  states  verdict   violates
      spapr/v11  2          2468    violated  MAP-001

      spapr/v11: 1 defect, 1 violation
        B1  map returns success over a hole
            MAP-001 (hole): 2 tasks, 4 operations, 1 preemption
      exit 1
      "
    `);
  });

  test('the reference alone holds', async () => {
    const args = ['check', '--revision', 'reference', '--scenario', 'attach-twice'];
    expect((await iommucheck(args)).text).toMatchInlineSnapshot(`
      "$ iommucheck check --revision reference --scenario attach-twice
      revision   scenarios  states  verdict  violates
      reference  1          1234    holds
      exit 0
      "
    `);
  });

  test('a bound is inconclusive, never fine', async () => {
    const args = ['check', '--revision', 'reference', '--max-states', '100'];
    expect((await iommucheck(args)).text).toMatchInlineSnapshot(`
      "$ iommucheck check --revision reference --max-states 100
      revision   scenarios  states  verdict       violates
      reference  2          2468    inconclusive

      reference: 2 scenarios inconclusive
        map-unregister: more than 100 states
        attach-twice: more than 100 states
      exit 3
      "
    `);
  });

  test('--json is one document, alone on stdout', async () => {
    const run = await iommucheck(['check', '--defect', 'B1', '--json']);
    const { items } = JSON.parse(run.stdout) as { items: { found: { finding: Finding }[] }[] };
    expect(run.code).toBe(1);
    expect(run.stderr).toBe('');
    expect(items.map((item) => item.found.length)).toEqual([1, 0]);
    expect(items[0]?.found[0]?.finding).toEqual(JSON.parse(json));
  });

  test('interrupted: what was done is printed', async () => {
    const run = await iommucheck(['check'], { services: fakeServices });
    expect(run.text).toMatchInlineSnapshot(`
      "$ iommucheck check
      revision   scenarios  states  verdict       violates
      reference  1          1234    inconclusive

      interrupted: not everything was searched
      exit 130
      "
    `);
  });

  test('progress is one line, rewritten, on a terminal, and colour can be refused', async () => {
    const options = { isTTY: true, env: { NO_COLOR: '1' } };
    const { stderr } = await iommucheck(['check', '--scenario', 'attach-twice'], options);
    expect(stderr.split('\r\u001b[K')).toMatchInlineSnapshot(`
      [
        "",
        "0 of 6: reference attach-twice, 1000 states, 1 s",
        "1 of 6: spapr/v11 attach-twice, 1000 states, 2 s",
        "2 of 6: spapr/6.12 attach-twice, 1000 states, 3 s",
        "",
      ]
    `);
  });
});

describe('check --out', () => {
  test('writes each finding to a file, which replays', async () => {
    const run = await iommucheck(['check', '--defect', 'B1', '--out', 'found']);
    const [path] = Object.keys(run.files) as [string];
    expect(stable(path)).toBe('found/reference_B1_MAP-001_hole_….finding.json');
    expect(run.files[path]).toBe(json);
    expect((await iommucheck(['replay', path], { files: run.files })).code).toBe(1);
    const again = await iommucheck(['check', '--defect', 'B1', '--out', 'found'], run);
    expect(again.code).toBe(1);
  });

  test('overwrites nothing', async () => {
    const { files } = await iommucheck(['check', '--defect', 'B1', '--out', 'found']);
    const [path] = Object.keys(files) as [string];
    const args = ['check', '--defect', 'B1', '--out', 'found'];
    const run = await iommucheck(args, { files: { [path]: 'mine' } });
    expect(run.files).toEqual({ [path]: 'mine' });
    expect(run.stdout).toContain('reference + B1: 1 defect, 1 violation');
    expect(stable(run.stderr)).toMatchInlineSnapshot(`
      "error: found/reference_B1_MAP-001_hole_….finding.json exists and holds something else; it is left as it is
        move it away, or name another folder with --out
      "
    `);
  });

  test('refuses a file for a folder before it works', async () => {
    const run = await iommucheck(['check', '--out', 'notes'], { files: { notes: 'mine' } });
    expect(run.text).toMatchInlineSnapshot(`
      "$ iommucheck check --out notes
      error: --out notes: the folder cannot be made
        why: EEXIST: file already exists, mkdir 'notes'
        name another folder
      exit 5
      "
    `);
  });
});

describe('fuzz', () => {
  test('the reference', async () => {
    expect((await iommucheck(['fuzz', '--runs', '1000'])).text).toMatchInlineSnapshot(`
      "$ iommucheck fuzz --runs 1000
      revision   runs  steps  inconclusive  found
      reference  1000  100 k  0             none

      seed 1
      exit 0
      "
    `);
  });

  test('a revision with a defect', async () => {
    const { code, stdout, stderr } = await iommucheck(['fuzz', '--defect', 'B1', '--seed', '7']);
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "reference + B1: found MAP-001 (hole)
      "
    `);
    expect(stdout.slice(stdout.indexOf('revision '))).toMatchInlineSnapshot(`
      "revision        runs  steps  inconclusive  found
      reference + B1  5000  500 k  0             1 violation

      reference + B1: 1 defect, 1 violation
        B1  map returns success over a hole
            MAP-001 (hole): 2 tasks, 4 operations, 1 preemption

      seed 7
      "
    `);
  });

  test('equal seeds print equal bytes', async () => {
    const args = ['fuzz', '--defect', 'B1', '--budget', '60s', '--scheduler', 'random', '--json'];
    expect((await iommucheck(args)).stdout).toBe((await iommucheck(args)).stdout);
  });
});

describe('replay', () => {
  test('a file', async () => {
    const run = await iommucheck(['replay', 'a.json'], { files: { 'a.json': json } });
    expect(stable(run.text)).toMatchInlineSnapshot(`
      "$ iommucheck replay a.json
      reference + B1, written by iommucheck 0.1.0

       0  setup  attach c0 ← group 0
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

      MAP-001: a successful MAP has written every entry
      MAP returned 0 over a hole in table0: the kernel's fault (reference + B1)

      schedule (2 tasks, 4 operations, 1 preemption)
        first  attach c0 ← group 0 = 0
        first  register c0 va 0x10000, 2 pages = 0
        T0                                              T1
        map c0 iova 0x0 ← va 0x10000, 2 pages
          write_once table0.tce[0]: 0 → 0x10000
        ── preempted before inc_not_zero region.mapped
                                                        unregister c0 va 0x10000, 2 pages
                                                          write_once region.mapped: 2 → 0
                                                        unregister = 0
          inc_not_zero region.mapped: 0, answers false
          write_once table0.hole: false → true ✗
        … map = 0

      evidence
        region: mapped 1 → 0
        T1, step 9: write_once region.mapped: 2 → 0
        T0, step 11: inc_not_zero region.mapped: 0, answers false

      replay
        iommucheck replay a.json
        iommucheck replay \\
        'iommucheck1:…'

      rule
        MAP returns 0 if and only if all entries of the range are written.
        spec/spapr-tce-v2.md §10, invariant 8

      replayed: the same verdict and the same steps
      exit 1
      "
    `);
  });

  test('a text, also wrapped, and standard input in either form, all the same', async () => {
    const runs = [
      await iommucheck(['replay', line]),
      await iommucheck(['replay', wrapText(line)]),
      await iommucheck(['replay', '-'], { stdin: json }),
      await iommucheck(['replay', '-'], { stdin: `\n  ${wrapText(line)}\n` }),
    ];
    expect(new Set(runs.map((run) => run.stdout)).size).toBe(1);
    expect(runs.map((run) => run.code)).toEqual([1, 1, 1, 1]);
  });

  test('one that comes out differently', async () => {
    const other = writeFinding({ ...finding, toolVersion: '0.0.9', traceDigest: '0'.repeat(64) });
    const run = await iommucheck(['replay', '-'], { stdin: other });
    expect(run.code).toBe(4);
    expect(run.stdout.trimEnd().split('\n').at(-1)).toMatchInlineSnapshot(
      `"replayed differently: MAP-001 (hole) appears, but by other steps; it was written by iommucheck 0.0.9, this is 0.1.0: the engine may have changed in between"`,
    );
  });

  test('--json', async () => {
    const run = await iommucheck(['replay', line, '--json']);
    const document = JSON.parse(run.stdout) as { outcome: string; steps: unknown[] };
    expect(document.outcome).toBe('same');
    expect(document.steps).toHaveLength(13);
  });
});

describe('lists', () => {
  test.each([['defects'], ['revisions'], ['scenarios'], ['properties']])('%s', async (name) => {
    expect((await iommucheck([name])).text).toMatchSnapshot();
    expect(JSON.parse((await iommucheck([name, '--json'])).stdout)).toBeInstanceOf(Array);
  });

  test('one defect', async () => {
    expect((await iommucheck(['defects', 'B1'])).text).toMatchInlineSnapshot(`
      "$ iommucheck defects B1
      B1: map returns success over a hole
        kind       defect (lost error)
        subsystem  registration
        violates   MAP-001
        trigger    unregister between two entries of a map
        source     spec/spapr-tce-v2.md §11 B1
        revisions  spapr/v11, spapr/6.12
        next       iommucheck check --defect B1
      exit 0
      "
    `);
  });
});
