// What users do wrong, and what they are told: the culprit, what exists, and what to try next.

import { describe, expect, test } from 'vitest';
import { writeFinding, writeText } from '../../fuzz/finding/index.ts';
import { fakeServices, iommucheck, type Options, toyFound } from './fake.ts';
import { editDistance, nearest } from '../../cli/suggest.ts';

const { finding } = toyFound();
const json = writeFinding(finding);
const line = writeText(finding);

async function said(args: string[], options: Options = {}): Promise<string> {
  const run = await iommucheck(args, options);
  expect(run.stdout).toBe('');
  expect(run.stderr).not.toContain('    at ');
  return run.text;
}

describe('the command line', () => {
  test('an unknown command', async () => {
    expect(await said(['chekc'])).toMatchInlineSnapshot(`
      "$ iommucheck chekc
      error: unknown command 'chekc'
        did you mean check?
        commands: check, fuzz, replay, conform, model, linearize, defects, revisions, scenarios, properties, help
        try: iommucheck help
      exit 2
      "
    `);
  });

  test('an unknown option', async () => {
    expect(await said(['check', '--revison', 'x'])).toMatchInlineSnapshot(`
      "$ iommucheck check --revison x
      error: unknown option --revison of check
        did you mean --revision?
        options: --revision, --defect, --scenario, --callers, --full, --out, --max-states, --workers, --scope, --subsystem, --context, --vocabulary, --faults, --reductions, --checkpoint, --resume, --json, --help
        try: iommucheck check --help
      exit 2
      "
    `);
  });

  test('an unknown revision, scenario, defect, scheduler', async () => {
    expect(await said(['check', '--revision', 'spapr/6.21'])).toMatchInlineSnapshot(`
      "$ iommucheck check --revision spapr/6.21
      error: unknown revision 'spapr/6.21'
        did you mean spapr/6.12?
        revisions: reference, spapr/v11, spapr/6.12
        try: iommucheck revisions
      exit 2
      "
    `);
    expect(await said(['check', '--scenario', 'twice'])).toMatchInlineSnapshot(`
      "$ iommucheck check --scenario twice
      error: unknown scenario 'twice'
        did you mean attach-twice?
        scenarios: map-unregister, attach-twice
        try: iommucheck scenarios
      exit 2
      "
    `);
    expect(await said(['check', '--defect', 'Z9'])).toMatchInlineSnapshot(`
      "$ iommucheck check --defect Z9
      error: unknown defect 'Z9'
        defects: A1, B1, D1
        try: iommucheck defects
      exit 2
      "
    `);
    expect(await said(['defects', 'b1'])).toMatchInlineSnapshot(`
      "$ iommucheck defects b1
      error: unknown defect 'b1'
        did you mean B1?
        defects: A1, B1, D1
        try: iommucheck defects
      exit 2
      "
    `);
    expect(await said(['fuzz', '--scheduler', 'pcp'])).toMatchInlineSnapshot(`
      "$ iommucheck fuzz --scheduler pcp
      error: unknown scheduler 'pcp'
        did you mean pct?
        schedulers: guided, pos, pct, pb, random, mix
        try: iommucheck fuzz --help
      exit 2
      "
    `);
  });

  test('values that make no sense', async () => {
    expect(await said(['check', '--max-states', 'many'])).toMatchInlineSnapshot(`
      "$ iommucheck check --max-states many
      error: --max-states many: expected a whole number of at least 1
      exit 2
      "
    `);
    expect(await said(['check', '--revision'])).toMatchInlineSnapshot(`
      "$ iommucheck check --revision
      error: --revision needs a value: --revision <id>
        try: iommucheck check --help
      exit 2
      "
    `);
    expect(await said(['check', '--out', '--json'])).toMatchInlineSnapshot(`
      "$ iommucheck check --out --json
      error: --out needs a value, but --json follows
        try: iommucheck check --help
      exit 2
      "
    `);
    expect(await said(['check', '--json=yes'])).toMatchInlineSnapshot(`
      "$ iommucheck check --json=yes
      error: --json takes no value (given: yes)
        try: iommucheck check --help
      exit 2
      "
    `);
    expect(await said(['fuzz', '--budget', '5 minutes'])).toMatchInlineSnapshot(`
      "$ iommucheck fuzz --budget 5 minutes
      error: --budget 5 minutes: expected a time such as 60s, 5m or 8h
      exit 2
      "
    `);
    expect(await said(['fuzz', '--seed', '1', '--seed', '2'])).toMatchInlineSnapshot(`
      "$ iommucheck fuzz --seed 1 --seed 2
      error: --seed is given twice
        try: iommucheck fuzz --help
      exit 2
      "
    `);
    expect(await said(['scenarios', 'x'])).toMatchInlineSnapshot(`
      "$ iommucheck scenarios x
      error: unexpected argument 'x': scenarios takes no arguments
        try: iommucheck scenarios --help
      exit 2
      "
    `);
  });

  test('no command at all shows the help, as an error', async () => {
    const run = await iommucheck([]);
    expect(run.code).toBe(2);
    expect(run.stderr).toBe((await iommucheck(['help'])).stdout);
  });
});

describe('findings that cannot be read', () => {
  const file = (text: string): Options => ({ files: { 'a.json': text } });

  test('nothing, no such file', async () => {
    expect(await said(['replay'])).toMatchInlineSnapshot(`
      "$ iommucheck replay
      error: replay needs a finding
        give a file, a text that begins with iommucheck1:, or - for standard input
        try: iommucheck replay --help
      exit 2
      "
    `);
    expect(await said(['replay', 'b.json'])).toMatchInlineSnapshot(`
      "$ iommucheck replay b.json
      error: b.json cannot be read
        why: ENOENT: no such file or directory, open 'b.json'
        a finding is a file, a text that begins with iommucheck1:, or - for standard input
      exit 5
      "
    `);
  });

  test('not JSON, cut off, no finding', async () => {
    // What is said of the syntax is Node's, and differs between its versions.
    const read = async (text: string) =>
      (await said(['replay', 'a.json'], file(text))).replace(/why: .*JSON.*/, 'why: …');
    expect(await read('hello')).toMatchInlineSnapshot(`
      "$ iommucheck replay a.json
      error: the file is not JSON
        why: …
        a cut-off copy looks like this too: fetch the file again, or paste its text form
      exit 5
      "
    `);
    expect(await read(json.slice(0, 40))).toBe(await read('hello'));
    expect(await read('{}')).toMatchInlineSnapshot(`
      "$ iommucheck replay a.json
      error: the document is not a finding of iommucheck
        at: tool
        why: the field is missing
        a finding holds "tool": "iommucheck"
      exit 5
      "
    `);
  });

  test('another version, a wrong field', async () => {
    const change = (from: string, to: string) => file(json.replace(from, to));
    const version = change('"schema": 2', '"schema": 7');
    expect(await said(['replay', 'a.json'], version)).toMatchInlineSnapshot(`
      "$ iommucheck replay a.json
      error: the finding has a schema version that this tool does not know
        at: schema
        why: it is 7, this tool reads 1 to 2
        replay it with iommucheck 0.1.0
      exit 5
      "
    `);
    const field = change('"op": "attach"', '"op": "atach"');
    expect(await said(['replay', 'a.json'], field)).toMatchInlineSnapshot(`
      "$ iommucheck replay a.json
      error: the finding breaks its schema
        at: program.setup[0].op
        why: Invalid discriminator value. Expected 'attach' | 'detach' | 'close' | 'enable' | 'disable' | 'eeh' | 'unknownIoctl' | 'register' | 'unregister' | 'map' | 'unmap' | 'create' | 'remove' | 'info' | 'checkExtension'
        a finding is replayed as it was written: restore the original
      exit 5
      "
    `);
  });

  test('a text cut off, altered, of another version', async () => {
    const hide = (text: string) => text.replaceAll(/iommucheck1:[\w-]{9,}/g, 'iommucheck1:…');
    const cut = await said(['replay', line.slice(0, -9)]);
    expect(hide(cut).replace(/\d+ of \d+/, 'n of m')).toMatchInlineSnapshot(`
      "$ iommucheck replay iommucheck1:…
      error: the text is cut off
        why: it holds n of m bytes
        copy the whole text again, from iommucheck1: to its last character
      exit 5
      "
    `);
    const altered = await said(['replay', `${line}AAAA`]);
    expect(hide(altered)).toMatchInlineSnapshot(`
      "$ iommucheck replay iommucheck1:…
      error: the text was altered on its way
        why: 3 bytes too many
        copy the whole text again, from iommucheck1: to its last character
      exit 5
      "
    `);
    expect(await said(['replay', 'iommucheck9:AAAA'])).toMatchInlineSnapshot(`
      "$ iommucheck replay iommucheck9:AAAA
      error: the text form has a version that this tool does not know
        why: it is version 9, this tool reads version 1
        replay it with the version of iommucheck that wrote it
      exit 5
      "
    `);
  });

  test('a delta that this version does not have', async () => {
    const other = file(writeFinding({ ...finding, deltas: ['B1', 'X7'] }));
    expect(await said(['replay', 'a.json'], other)).toMatchInlineSnapshot(`
      "$ iommucheck replay a.json
      error: the finding needs deltas that this version does not have: X7
        it was written by iommucheck 0.1.0, this is 0.1.0
        deltas: A1, B1, D1
      exit 5
      "
    `);
  });
});

describe('errors of the tool itself', () => {
  const services = () => ({
    ...fakeServices(),
    check: async () =>
      Promise.reject(new Error('a cell was touched unannounced\n    at x (y.ts:1:1)')),
  });

  test('no stack, and how to report it', async () => {
    expect(await said(['check'], { services })).toMatchInlineSnapshot(`
      "$ iommucheck check
      error: internal error: a cell was touched unannounced
        this is a bug of iommucheck 0.1.0, not of what it checks
        run it again with IOMMUCHECK_DEBUG=1 and report what it prints with the command line
      exit 70
      "
    `);
  });

  test('the stack on demand', async () => {
    const run = await iommucheck(['check'], { services, env: { IOMMUCHECK_DEBUG: '1' } });
    expect(run.code).toBe(70);
    expect(run.stderr).toContain('    at ');
  });
});

describe('help', () => {
  test('of everything, and of each command', async () => {
    expect((await iommucheck(['--help'])).text).toMatchInlineSnapshot(`
      "$ iommucheck --help
      iommucheck: model checker and invariant fuzzer for the Linux IOMMU stack

      usage: iommucheck <command> [options]

        check       explore the bundled scenarios exhaustively and print what they violate
        fuzz        run random programs under random schedules and shrink what fails
        replay      replay a finding step by step and compare it with what the finding says
        conform     replay the log of a live kernel on a revision and list what differs
        model       check an XState machine: dead states and transitions, and its properties
        linearize   judge a recorded history: an order of its calls, or why there is none
        defects     list the catalogue of defects and divergences, or show one
        revisions   list the kernel revisions
        scenarios   list the bundled scenarios
        properties  list the properties and sanitizers

      options: --help, --version

      exit codes:
        0    every property holds
        1    a violation was found, or replayed
        2    the command line is wrong
        3    a bound was hit before the end
        4    a replay came out differently
        5    a finding cannot be read or written
        70   an error of the tool itself
        130  interrupted; what was done has been printed

      begin with: iommucheck check
      exit 0
      "
    `);
    expect((await iommucheck(['check', '--help'])).text).toMatchInlineSnapshot(`
      "$ iommucheck check --help
      explore the bundled scenarios exhaustively and print what they violate

      usage: iommucheck check [options]

        --revision <id>      a kernel revision; see iommucheck revisions (may be repeated)
        --defect <id>        the reference engine with this one defect; see iommucheck defects (may be repeated)
        --scenario <id>      only this scenario; see iommucheck scenarios (may be repeated)
        --callers            only in-kernel callers that break contracts, on the reference: the fault is theirs
        --full               every counterexample in full, also for many revisions
        --out <folder>       write each finding to a file of its own
        --max-states <n>     states after which a scenario, or a program of a scope, is inconclusive (default 20000000)
        --workers <n>        threads to use (default: all cores)
        --scope <TxK>        every program of at most T tasks of at most K operations each, instead of scenarios
        --subsystem <name>   of a scope: registration, mapping, virtio, ownership, dirty, cookie or all (default all) (may be repeated)
        --context <id>       of a scope: only the programs on this host and of its vocabulary (may be repeated)
        --vocabulary <size>  of a scope: full or core (default: full up to 4 operations in all, beyond that core)
        --faults <n>         of a scope: refusals in a run (default: those of each context, mostly 0 or 1)
        --reductions <list>  of a scope: all, none, or some of sleep,persistent,sections,symmetry,parts (default all)
        --checkpoint <file>  of a scope: keep in this file how far it got
        --resume             of a scope: go on from the checkpoint
        --json               print JSON instead of text
        --help               show this help

      examples:
        iommucheck check
        iommucheck check --revision spapr/6.12 --out findings
        iommucheck check --defect B1
        iommucheck check --scope 2x2 --subsystem registration
      exit 0
      "
    `);
    expect((await iommucheck(['help', 'replay'])).text).toMatchInlineSnapshot(`
      "$ iommucheck help replay
      replay a finding step by step and compare it with what the finding says

      usage: iommucheck replay <file|text|-> [options]

        --steps  every step, also those that only look
        --json   print JSON instead of text
        --help   show this help

      examples:
        iommucheck replay findings/some.finding.json
        iommucheck replay 'iommucheck1:…'
        iommucheck replay - < mail.txt
      exit 0
      "
    `);
    expect((await iommucheck(['fuzz', '-h'])).code).toBe(0);
    expect((await iommucheck(['--version'])).stdout).toBe('0.1.0\n');
  });
});

test('distances', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('chekc', 'check')).toBe(1);
  expect(nearest('zzzz', ['check', 'fuzz'])).toBe(null);
  expect(nearest('v11', ['spapr/v11', 'spapr/4.2'])).toBe('spapr/v11');
});
