// `iommucheck model`, whole command lines: the example and the bundled models, files that are wrong, and
// modules as Node really loads them.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { assign, createMachine } from 'xstate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as example from '../../examples/invalidation-queue.ts';
import { importModule, tsxFrom } from '../../cli/import-module.ts';
import { bundledModels } from '../../model/index.ts';
import { iommucheck } from './fake.ts';

type Module = Readonly<Record<string, unknown>>;

/** With a file m.mjs that has these exports, or that fails to load. */
const withModule = (module: Module | Error, ...options: string[]) =>
  iommucheck(['model', 'm.mjs', ...options], { modules: { 'm.mjs': module } });

const light = createMachine({
  id: 'light',
  initial: 'red',
  states: { red: { on: { TICK: 'green' } }, green: { on: { TICK: 'red' } } },
});

const door = {
  id: 'door',
  initial: 'shut',
  states: {
    shut: { on: { OPEN: { guard: 'unlocked', target: 'open' } } },
    open: { on: { SHUT: 'shut' } },
    stuck: {},
  },
};

describe('what is checked', () => {
  test('the example: one property holds, one does not', async () => {
    expect((await withModule(example)).text).toMatchInlineSnapshot(`
      "$ iommucheck model m.mjs
      request: violated
        3 states, 4 steps of 4 events, depth 2; declared: 3 states, 4 transitions
        holds         every state is entered, every transition taken
        holds         canAlways: a request can always be completed (from all 3 states)
        violated      leadsTo: a request is completed (fair: SUBMIT, COMPLETE, TIME_OUT, RESUBMIT)

        a request is completed: the second never follows: it goes round for ever
          begin     idle
          SUBMIT    waiting
          for ever:
            TIME_OUT  late
            RESUBMIT  waiting
      exit 1
      "
    `);
  });

  test('as JSON', async () => {
    const run = await withModule(example, '--json');
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchInlineSnapshot(`
      {
        "command": "model",
        "models": [
          {
            "coverage": {
              "excused": [],
              "idleExcuses": [],
              "neverEntered": [],
              "neverTaken": [],
              "states": 3,
              "transitions": 4,
              "verdict": "holds",
            },
            "depth": 2,
            "events": 4,
            "hit": [],
            "maxStates": 100000,
            "name": "request",
            "properties": [
              {
                "fair": [],
                "kind": "canAlways",
                "name": "a request can always be completed",
                "trace": null,
                "verdict": "holds",
                "why": "from all 3 states",
              },
              {
                "fair": [
                  "SUBMIT",
                  "COMPLETE",
                  "TIME_OUT",
                  "RESUBMIT",
                ],
                "kind": "leadsTo",
                "name": "a request is completed",
                "trace": {
                  "initial": "idle",
                  "loop": [
                    {
                      "event": "TIME_OUT",
                      "state": "late",
                      "type": "TIME_OUT",
                    },
                    {
                      "event": "RESUBMIT",
                      "state": "waiting",
                      "type": "RESUBMIT",
                    },
                  ],
                  "rest": null,
                  "steps": [
                    {
                      "event": "SUBMIT",
                      "state": "waiting",
                      "type": "SUBMIT",
                    },
                  ],
                },
                "verdict": "violated",
                "why": "the second never follows: it goes round for ever",
              },
            ],
            "states": 3,
            "steps": 4,
            "terminal": [],
            "verdict": "violated",
          },
        ],
        "tool": "iommucheck",
        "toolVersion": "0.1.0",
      }
    `);
  });

  test('a bundled machine, and one that is cut at its boundary', async () => {
    expect((await iommucheck(['model', '--bundled', 'entry'])).text).toMatchInlineSnapshot(`
      "$ iommucheck model --bundled entry
      entry: holds
        2 states, 4 steps of 2 events, depth 1; declared: 2 states, 4 transitions
        holds         every state is entered, every transition taken
        holds         alwaysStep: a refusal changes nothing (all 4 steps)
        holds         alwaysStep: every event is answered once (all 4 steps)
        holds         canAlways: it can always be cleared (from all 2 states)
        holds         leadsTo: a cleared entry goes (every run comes from the first to the second; fair: CLEAR)
        holds         alwaysStep: the old page is put whenever there was one (all 4 steps)
      exit 0
      "
    `);
    expect((await iommucheck(['model', '--bundled', 'domain'])).text).toMatchInlineSnapshot(`
      "$ iommucheck model --bundled domain
      domain: inconclusive
        4 states, 17 steps of 5 events, depth 3; declared: 3 states, 13 transitions
        bound hit: the boundary; 1 more state reached, not explored
        holds         every state is entered, every transition taken
        inconclusive  alwaysStep: a refusal changes nothing (no violation as far as explored)
        inconclusive  alwaysStep: every event is answered once (no violation as far as explored)
        inconclusive  canAlways: it can always be freed (no violation as far as explored)
        inconclusive  always: it is in use while groups are attached (no violation as far as explored)
      exit 3
      "
    `);
  });

  test('all bundled machines', async () => {
    const run = await iommucheck(['model', '--bundled', '--json']);
    const { models } = JSON.parse(run.stdout) as { models: { name: string; verdict: string }[] };
    expect(run.code).toBe(3);
    expect(models.map(({ name }) => name)).toEqual(Object.keys(bundledModels));
  });

  test('a machine without code, and what of it is dead', async () => {
    const files = { 'door.json': JSON.stringify(door) };
    expect((await iommucheck(['model', 'door.json'], { files })).text).toMatchInlineSnapshot(`
      "$ iommucheck model door.json
      door.json has no code: every answer of its guards is tried (unlocked)
      door: violated
        2 states, 2 steps of 3 events, depth 1; declared: 3 states, 2 transitions
        violated      every state is entered, every transition taken
          never entered: stuck
      exit 1
      "
    `);
  });

  test('fields beside the one machine belong to it; a bound is told', async () => {
    const counter = createMachine({
      context: { n: 0 },
      on: { UP: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
    });
    const properties = [
      { kind: 'always', name: 'small', holds: (s: { context: { n: number } }) => s.context.n < 5 },
    ];
    const run = await withModule({ counter, properties }, '--max-states', '5');
    expect(run.text).toMatchInlineSnapshot(`
      "$ iommucheck model m.mjs --max-states 5
      counter: inconclusive
        5 states, 5 steps of 1 event, depth 4; declared: 0 states, 1 transition
        bound hit: 5 states at most; 1 more state reached, not explored
        holds         every state is entered, every transition taken
        inconclusive  always: small (no violation as far as explored)
      exit 3
      "
    `);
    expect((await withModule({ counter, properties, maxStates: 6 })).code).toBe(1);
  });

  test('several machines: all of them, or one by its name', async () => {
    const module = { light, request: example.requestMachine };
    expect((await withModule(module)).stdout.match(/^\w+: \w+$/gm)).toEqual([
      'light: holds',
      'request: holds',
    ]);
    expect((await withModule(module, '--machine', 'light')).stdout).not.toContain('request');
  });
});

describe('what is printed instead', () => {
  test('Mermaid', async () => {
    expect((await withModule({ light }, '--mermaid')).text).toMatchInlineSnapshot(`
      "$ iommucheck model m.mjs --mermaid
      stateDiagram-v2
        [*] --> red
        red --> green: TICK
        green --> red: TICK
      exit 0
      "
    `);
    const two = await iommucheck(['model', '--bundled', 'domain-of-two-groups', '--mermaid']);
    expect(two.stdout.match(/^%%.*$/gm)).toEqual([
      '%% domain-of-two-groups.domain',
      '%% domain-of-two-groups.groups',
    ]);
  });

  test('JSON, which can be checked again', async () => {
    const { stdout, stderr } = await withModule({ light }, '--export-json');
    expect(JSON.parse(stdout)).toEqual(light.config);
    expect(stderr).toBe('');
    const again = await iommucheck(['model', 'l.json'], { files: { 'l.json': stdout } });
    expect(again.code).toBe(0);
    const withCode = createMachine({ on: { GO: { guard: () => true } } });
    expect((await withModule({ withCode }, '--export-json')).stderr).toBe(
      'code that JSON cannot have: on.GO.guard\n',
    );
  });
});

describe('modules as Node loads them', () => {
  const root = resolve(import.meta.dirname, '../..');
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'iommucheck-model-'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'm.mjs'), 'export const answer = 42;');
    writeFileSync(join(folder, 'm.ts'), 'export const answer: number = 42;');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(['m.mjs', 'm.ts'])('%s', async (file) => {
    expect((await importModule(join(folder, file)))['answer']).toBe(42);
  });

  test('TypeScript by tsx, where it is installed', async () => {
    const load = await tsxFrom([pathToFileURL('/nowhere/m.ts').href, import.meta.url]);
    const url = pathToFileURL(join(folder, 'm.ts')).href;
    expect((await load?.(url, import.meta.url))?.['answer']).toBe(42);
    expect(await tsxFrom([pathToFileURL('/nowhere/m.ts').href])).toBe(null);
  });

  test('the example, by the real command', () => {
    const args = ['--import', 'tsx', 'cli/main.ts', 'model', 'examples/invalidation-queue.ts'];
    const run = () => execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    expect(run).toThrow(expect.objectContaining({ status: 1 }));
  });
});

test('the documentation shows the example and what it prints', async () => {
  const read = (path: string) => readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8');
  const docs = read('docs/MODELS.md');
  expect(docs).toContain((await withModule(example)).stdout.trimEnd());
  const code = /```ts\n(.*?)```/s.exec(docs)?.[1]?.replace("'iommucheck'", "'../index.ts'");
  const withoutComments = read('examples/invalidation-queue.ts').replaceAll(/^ *\/\/.*\n/gm, '');
  expect(code).toBe(withoutComments);
});

test('help', async () => {
  expect((await iommucheck(['model', '--help'])).text).toMatchInlineSnapshot(`
    "$ iommucheck model --help
    check an XState machine: dead states and transitions, and its properties

    usage: iommucheck model <file|name> [options]

      --machine <export>  the machine or model of that name only; all that the file exports unless told otherwise
      --bundled           the specification's own models; one of them by its name
      --max-states <n>    explore at most n states; as the model says, else 100000
      --mermaid           print the machine as a Mermaid stateDiagram-v2 instead
      --export-json       print the machine as an XState JSON configuration instead
      --json              print JSON instead of text
      --help              show this help

    a file is an ES module (.ts, .js, .mjs) or an XState configuration (.json). A module exports a
    machine of xstate 5 and, if it likes: events, properties, fairness, boundary, maxStates, inputs,
    unused; or models that have these as fields. A .ts file needs tsx or Node 22.18. docs/MODELS.md
    tells all of it.

    examples:
      iommucheck model door.ts
      iommucheck model door.ts --machine door --max-states 1000
      iommucheck model door.json --mermaid
      iommucheck model --bundled
      iommucheck model --bundled region --json
    exit 0
    "
  `);
});
