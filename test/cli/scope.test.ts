// `check --scope` as a whole command line: a small scope, its checkpoint, and what is refused.

import { describe, expect, test } from 'vitest';
import { realServices } from '../../cli/wiring.ts';
import { iommucheck, type Options } from './fake.ts';

const services = await realServices('0.1.0');
const scope = (args: readonly string[], options: Options = {}) =>
  iommucheck(['check', '--scope', ...args], { ...options, services: () => services });

/** Without reductions the counts are those of the engine alone. */
const small = ['2x1', '--context', 'coherency/attach-or-enforce', '--reductions', 'none'];

test('a scope that holds says what was covered', async () => {
  expect((await scope(small)).text).toMatchInlineSnapshot(`
    "$ iommucheck check --scope 2x1 --context coherency/attach-or-enforce --reductions none
    scope 2x1: every program of at most 2 tasks of at most 1 operation each, on reference

      contexts      1 of ownership
      vocabularies  full, printed below
      programs      5 visited
                    1 skipped: equal to one of these but for the names of tasks and objects
      states        885
      transitions   1103
      interleavings all, without a bound on preemptions
      refusals      none: no context has places for any
      reductions    none
      collision     probability below 5.7e-15 (64-bit fingerprints)
      bounds        none was hit (20.0 M states of a program, 20.0 k steps of a run)

    ownership: 1 context, 5 programs, 885 states
      coherency/attach-or-enforce: 5 programs (1 equal), 885 states
        first domain_alloc d0 dev0 type unmanaged
        of attach_group d0 g1; enforce_cache_coherency d0

    holds: no program of scope 2x1 violates anything on reference
    exit 0
    "
  `);
});

test('a bound that is hit: inconclusive', async () => {
  const { code, stdout } = await scope([...small, '--max-states', '50']);
  expect(code).toBe(3);
  expect(stdout.split('\n').filter((line) => /bound/.test(line))).toMatchInlineSnapshot(`
    [
      "  interleavings all, without a bound on preemptions",
      "  bounds        hit in 5 programs (50 states of a program, 20.0 k steps of a run)",
      "  coherency/attach-or-enforce: 5 programs (1 equal), 250 states, a bound was hit in 5 programs",
      "inconclusive: a bound was hit in 5 programs",
    ]
  `);
});

test('a defect: findings as check prints them, and then the scope', async () => {
  const { code, stdout } = await scope(['2x1', '--context', 'map-remove', '--defect', 'L1']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^use-after-free: /m);
  expect(stdout.split('\n').slice(-8)).toMatchInlineSnapshot(`
    [
      "",
      "reference + L1: 1 defect, 4 violations",
      "  L1  MAP and UNMAP use a table while it is freed",
      "      use-after-free (table): 2 tasks, 4 operations, 1 preemption",
      "      also REG-002 (too many), use-after-free (it_userspace), data-race (container.tables[])",
      "",
      "violated: programs of scope 2x1 fail on reference + L1",
      "",
    ]
  `);
});

describe('what is searched', () => {
  const row = async (name: string, args: readonly string[]) => {
    const { stdout } = await scope(args);
    return stdout.split('\n').find((line) => line.startsWith(`  ${name}`));
  };
  const one = ['1x1', '--context', 'coherency/attach-or-enforce'];

  test('all reductions, or those that are named, in their order', async () => {
    expect([
      await row('reductions', one),
      await row('reductions', [...one, '--reductions', 'none']),
      await row('reductions', [...one, '--reductions', 'parts,sleep']),
    ]).toEqual([
      '  reductions    sleep, persistent, sections, symmetry, parts',
      '  reductions    none',
      '  reductions    sleep, parts',
    ]);
  });

  test('as many refusals as the context has, or as are asked for', async () => {
    const refused = ['1x1', '--context', 'first-map-refused'];
    expect([
      await row('refusals', refused),
      await row('refusals', [...refused, '--faults', '2']),
      await row('refusals', [...refused, '--faults', '0']),
    ]).toMatchInlineSnapshot(`
      [
        "  refusals      as many as the context says in a run (1 context of at most 1, the others of none)",
        "  refusals      at most 2 in a run (1 context of at most 2, the others of none)",
        "  refusals      none: no context has places for any",
      ]
    `);
  });

  test('one subsystem of several, or all', async () => {
    const some = ['--vocabulary', 'core', '--max-states', '1', '--reductions', 'none'];
    const none = ['1x1', ...some, '--context', 'map-remove'];
    expect(await row('contexts', [...none, '--subsystem', 'all', '--subsystem', 'cookie'])).toBe(
      '  contexts      1 of registration',
    );
    const { code, stderr } = await scope([...none, '--subsystem', 'cookie']);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('map-remove'),
    });
  });
});

test('findings are written where they are asked for', async () => {
  const { code, files, stdout } = await scope(
    '2x1 --context map-remove --defect L1 --out found'.split(' '),
  );
  expect(code).toBe(1);
  const written = Object.keys(files).filter((path) => path.startsWith('found/'));
  expect(written.length).toBeGreaterThan(0);
  for (const path of written) expect(stdout).toContain(path);
});

test('callers that break a contract are counted apart', async () => {
  const { code, stdout } = await scope(['2x1', '--context', 'mapping/grow']);
  expect(code).toBe(0);
  expect(stdout).toContain('their fault');
});

describe('checkpoints', () => {
  const kept = [...small, '--checkpoint', 'scope.json'];

  test('resumed when all is done: the same answer', async () => {
    const first = await scope(kept);
    const again = await scope([...kept, '--resume'], { files: first.files });
    expect(again.stdout).toBe(first.stdout);
    expect(again.code).toBe(0);
  });

  test('interrupted: kept, and gone on from', async () => {
    let interrupt = () => {};
    const interrupted = await iommucheck(['check', '--scope', ...kept], {
      services: (abort) => {
        interrupt = abort;
        return {
          ...services,
          scope: (plan, workers, from, events, signal) => {
            const progress: typeof events.progress = (at) => {
              events.progress(at);
              interrupt();
            };
            return services.scope(plan, workers, from, { progress }, signal);
          },
        };
      },
    });
    expect(interrupted.code).toBe(130);
    expect(interrupted.stdout).toContain('inconclusive: interrupted');
    const resumed = await scope([...kept, '--resume'], { files: interrupted.files });
    expect(resumed.stdout).toBe((await scope(small)).stdout);
  });

  test('what cannot be gone on from is refused', async () => {
    const { files } = await scope(kept);
    const errors = [
      await scope(kept, { files }),
      await scope([...small, '--resume']),
      await scope([...kept, '--resume']),
      await scope(['2x2', ...kept.slice(1), '--resume'], { files }),
      await scope([...kept, '--resume'], { files: { 'scope.json': '{}' } }),
    ];
    expect(errors.map(({ code }) => code)).toEqual([2, 2, 5, 5, 5]);
    expect(errors.map(({ stderr }) => stderr).join('')).toMatchInlineSnapshot(`
      "error: --checkpoint scope.json exists
        go on from it with --resume, or name another file
      error: --resume needs --checkpoint <file>
      error: --checkpoint scope.json: there is no such file
        begin without --resume
      error: --checkpoint scope.json: it is of another search: operations is 1 there and 2 here
        give the options that it was begun with, or begin anew with another file
      error: --checkpoint scope.json: it is no checkpoint of a scope
        name another file
      "
    `);
  });
});

test('options that make no sense', async () => {
  const errors = [
    await scope(['2']),
    await scope(['0x2']),
    await scope(['2x2', '--subsystem', 'dirti']),
    await scope(['2x2', '--reductions', 'sleeping']),
    await scope([...small, '--subsystem', 'dirty']),
    await scope(['2x2', '--defect', 'A1', '--defect', 'B1']),
    await scope(['2x2', '--scenario', 'attach-twice']),
    await iommucheck(['check', '--faults', '2']),
  ];
  for (const { code } of errors) expect(code).toBe(2);
  const texts = errors.map(({ stderr }) => stderr.replaceAll(/(contexts: .{60}).*/g, '$1…'));
  expect(texts.join('')).toMatchInlineSnapshot(`
    "error: --scope 2: expected <tasks>x<operations of each>, both from 1 to 9
      try: iommucheck check --scope 2x2
    error: --scope 0x2: expected <tasks>x<operations of each>, both from 1 to 9
      try: iommucheck check --scope 2x2
    error: unknown subsystem 'dirti'
      did you mean dirty?
      subsystems: registration, mapping, virtio, ownership, dirty, cookie, all
      try: iommucheck check --help
    error: unknown reduction 'sleeping'
      reductions: sleep, persistent, sections, symmetry, parts
      try: iommucheck check --help
    error: unknown context 'coherency/attach-or-enforce'
      contexts: scope/dirty-log, scope/hwpt-dirty, dirty/split-look-up, dirt…
      try: iommucheck check --scope 1x1
    error: a scope is of one revision or defect
      run the command once for each
    error: --scope and --scenario do not go together
      a scope has programs of its own
    error: --faults is for --scope
      try: iommucheck check --scope 2x2
    "
  `);
});
