// `iommucheck model` with files, modules and models that are wrong: the culprit, and what to do.

import { createMachine } from 'xstate';
import { describe, expect, test } from 'vitest';
import * as example from '../../examples/invalidation-queue.ts';
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

describe('what is wrong', () => {
  const said = async (module: Module | Error, ...options: string[]) => {
    const run = await withModule(module, ...options);
    expect(run.stdout).toBe('');
    expect(run.code).toBe(2);
    return run.stderr;
  };

  test('no file, an unknown name', async () => {
    expect((await iommucheck(['model'])).text).toMatchInlineSnapshot(`
      "$ iommucheck model
      error: model needs a file, or --bundled
        bundled: region, container, window, entry, domain, domain-of-two-groups, ownership, cookie, dirty-log, translation, block, coherency, endpoint, type1, area
        try: iommucheck model --help
      exit 2
      "
    `);
    expect((await iommucheck(['model', '--bundled', 'cooky'])).text).toMatchInlineSnapshot(`
      "$ iommucheck model --bundled cooky
      error: unknown model 'cooky'
        models: region, container, window, entry, domain, domain-of-two-groups, ownership, cookie, dirty-log, translation, block, coherency, endpoint, type1, area
        try: iommucheck model --bundled
      exit 2
      "
    `);
    expect(await said({ light }, '--machine', 'lihgt')).toContain('did you mean light?');
  });

  test('a file that cannot be loaded', async () => {
    expect(await said(new Error('Cannot find package'))).toMatchInlineSnapshot(`
      "error: m.mjs cannot be loaded
        why: Cannot find package
        a model is an ES module (.ts, .js, .mjs) that exports a machine, or an XState .json file
      "
    `);
    const unknown = Object.assign(new TypeError('Unknown file extension ".ts" for m.ts'), {
      code: 'ERR_UNKNOWN_FILE_EXTENSION',
    });
    expect(await said(unknown)).toMatchInlineSnapshot(`
      "error: m.mjs cannot be loaded by this version of Node
        why: Unknown file extension ".ts" for m.ts
        for TypeScript: npm install --save-dev tsx (in the folder of the file), or Node 22.18 or newer
        or compile it and give the .mjs or .js file
      "
    `);
    expect((await iommucheck(['model', 'x.json'], { files: { 'x.json': '{' } })).text).toContain(
      'x.json cannot be read as JSON',
    );
    const list = await iommucheck(['model', 'x.json'], { files: { 'x.json': '[]' } });
    expect(list.text).toMatchInlineSnapshot(`
      "$ iommucheck model x.json
      error: x.json: it is no XState machine configuration: an object with states is needed
        such as { "id": "door", "initial": "shut", "states": { "shut": { "on": { … } } } }
      exit 2
      "
    `);
  });

  test('a module that has no machine, or an old one, or fields of nobody', async () => {
    expect(await said({ a: 1, b: {} })).toMatchInlineSnapshot(`
      "error: m.mjs exports no machine
        exports: a, b
        export what createMachine() or setup().createMachine() of xstate 5 returns
      "
    `);
    expect(await said({ old: { __xstatenode: true } })).toContain('of an older XState');
    expect(
      await said({ a: light, b: example.requestMachine, properties: [] }),
    ).toMatchInlineSnapshot(`
      "error: m.mjs exports properties and several machines: whose are they?
        machines: a, b
        export a model for each: export const one = { machine, events, properties }
      "
    `);
  });

  test('fields and properties that are none', async () => {
    const property = (value: unknown) => said({ light, properties: [value] });
    expect(await said({ light, boundary: 3 })).toContain(
      'boundary of light of m.mjs is no function',
    );
    expect(await said({ light, events: {} })).toContain('events of light of m.mjs is no array');
    expect(await said({ one: { machine: light, property: [] } })).toMatchInlineSnapshot(`
      "error: unknown field of one of m.mjs: 'property'
        fields: events, inputs, properties, fairness, boundary, maxStates, unused
        try: iommucheck model --help
      "
    `);
    expect(await property({ kind: 'perhaps' })).toContain(
      'properties[0] of light of m.mjs is no property',
    );
    expect(await property({ kind: 'always', holds: 'red' })).toContain('has no name');
    expect(await property({ kind: 'leadsTo', name: 'p', from: 'red' })).toMatchInlineSnapshot(`
      "error: 'to' of properties[0] of light of m.mjs is neither a function nor the name of a state
        a property of kind leadsTo has: from, to
      "
    `);
  });

  test('a model that is wrong is its author’s to fix', async () => {
    expect(await said({ light, events: [{ type: 'TOCK' }] })).toMatchInlineSnapshot(`
      "error: light: machine 'light' handles no event 'TOCK'
        events: TICK
      "
    `);
    const property = { kind: 'always', name: 'p', holds: 'blue' };
    expect(await said({ light, properties: [property] })).toMatchInlineSnapshot(`
      "error: light: property 'p' speaks of a state 'blue' that there is not
        states: red, green
      "
    `);
  });

  test('one JSON document is one machine', async () => {
    const two = { light, request: example.requestMachine };
    expect(await said(two, '--export-json')).toContain('choose one with --machine');
  });
});
