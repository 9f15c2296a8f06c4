// The house style, judged by a test so that no review has to: the rules over the whole tree, and
// for each rule planted snippets that it must refuse or accept, so that no rule is silently dead.
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { layers } from './tidy/lists.ts';
import { lineCount, rules } from './tidy/rules.ts';
import { readTree, sourceFile } from './tidy/source.ts';

type RuleName = keyof typeof rules;
type Snippet = readonly [path: string, text: string];

const root = resolve(import.meta.dirname, '..');
const tree = readTree(
  root,
  Object.keys(layers).filter((layer) => layer !== 'top'),
);
const ruleNames = Object.keys(rules) as RuleName[];

function complaints(name: RuleName, files: typeof tree): string[] {
  return rules[name](files).map(({ file, line, message }) => `${file}:${line}: ${message}`);
}

const judge = (name: RuleName, [path, text]: Snippet) =>
  complaints(name, [sourceFile(path, text)]).filter((complaint) => complaint.startsWith(path));

describe('the tree', () => {
  test.each(ruleNames)('%s', (name) => {
    expect(complaints(name, tree)).toEqual([]);
  });

  test('has files, and their sizes are printed', () => {
    const sizes = tree.map(lineCount).toSorted((a, b) => a - b);
    const quantile = (q: number) => sizes[Math.floor(q * (sizes.length - 1))];
    console.log(
      `${sizes.length} files, lines: median ${quantile(0.5)}, p90 ${quantile(0.9)}, ` +
        `longest ${sizes.at(-1)}`,
    );
    expect(sizes.length).toBeGreaterThan(3);
  });
});

const titled = (snippet: Snippet) =>
  [`${snippet[0]} ${JSON.stringify(snippet[1]).slice(0, 60)}`, snippet] as const;

const refused: Readonly<Record<RuleName, readonly Snippet[]>> = {
  importsPointOneWay: [
    ['engine/a.ts', `import { b } from '../fuzz/b.ts';`],
    ['engine/a.ts', `import type { b } from '../model/b.ts';`],
    ['engine/a.ts', `import { readFileSync } from 'node:fs';`],
    ['model/a.ts', `export * from '../engine/b.ts';`],
    ['model/a.ts', `import fc from 'fast-check';`],
    ['properties/a.ts', `const b = await import('../fuzz/b.ts');`],
    ['shrinkers/a.ts', `import { b } from '../engine/b.ts';`],
    ['shrinkers/a.ts', `import { type B } from '../engine/b.ts';`],
    ['fuzz/a.ts', `import { b } from '../reports/b.ts';`],
    ['fuzz/a.ts', `import {\n  b,\n  c,\n} from '../cli/b.ts';`],
    ['reports/a.ts', `import { explore } from '../fuzz/explore.ts';`],
    ['reports/a.ts', `import { run } from '../engine/runtime/executor.ts';`],
    ['cli/a.ts', `import '../test/b.ts';`],
    ['engine/a.ts', `import type from '../fuzz/type.ts';`],
    ['engine/a.ts', `const q = /['"]/; import { b } from '../fuzz/b.ts';`],
  ],
  noDefaultExports: [
    ['model/a.ts', 'export default function a() {}'],
    ['model/a.ts', 'const a = 1;\nexport { a as default };'],
  ],
  noEnumOrNamespace: [
    ['model/a.ts', 'export enum A { B }'],
    ['model/a.ts', 'const enum A { B }'],
    ['model/a.ts', 'export namespace A.B {}'],
    ['model/a.ts', 'declare module A {}'],
  ],
  noBannedCalls: [
    ['model/a.ts', 'Math.random()'],
    ['engine/a/b.ts', 'Date.now()'],
    ['properties/a.ts', 'performance.now()'],
    ['shrinkers/a.ts', 'new Date()'],
    ['fuzz/a.ts', `process.env['A']`],
    ['fuzz/a.ts', 'crypto.randomUUID()'],
    ['fuzz/a.ts', '`${Date.now()}`'],
    ['fuzz/a.test.ts', 'Math.random()'],
  ],
  noLongFiles: [['model/a.ts', '// Lines.\n'.repeat(401)]],
  noDeadFiles: [['model/a.ts', 'export const a = 1;']],
  startsWithComment: [
    ['model/a.ts', 'export const a = 1; // What lives here.'],
    ['cli/a.ts', '#!/usr/bin/env node\nexport const a = 1;'],
    ['model/a.ts', '// a\nexport const a = 1;'],
  ],
  noForbiddenText: [
    ['model/a.ts', '// see /home/someone/main'],
    ['model/a.ts', `const a = '/home/someone';`],
    ['model/a.ts', '// TODO: finish'],
    ['model/a.ts', '// FIXME'],
  ],
  noIdleExceptions: [['vitest.config.ts', 'export const a = 1;']],
};

const accepted: Readonly<Partial<Record<RuleName, readonly Snippet[]>>> = {
  importsPointOneWay: [
    ['model/a.ts', `import { setup } from 'xstate';`],
    ['model/a.ts', `import { getShortestPaths } from 'xstate/graph';`],
    ['model/a.test.ts', `import { b } from '../engine/b.ts';`],
    ['shrinkers/a.ts', `import type { B } from '../engine/b.ts';`],
    ['shrinkers/a.ts', `import type * as B from '../engine/b.ts';`],
    ['reports/a.ts', `import type { B } from '../fuzz/b.ts';`],
    ['reports/a.ts', `import { titles } from '../properties/catalogue.ts';`],
    ['engine/a.ts', `// import { b } from '../fuzz/b.ts';`],
    ['engine/a.ts', 'const a = `import { b } from "../fuzz/${c(`}`)}"`;'],
  ],
  noEnumOrNamespace: [['model/a.ts', `const a = { enum: 1, module: 'b' }; // enum A {`]],
  noBannedCalls: [
    ['cli/a.ts', 'Date.now()'],
    ['engine/a.ts', `// Date.now()\nconst a = 'Math.random' + \`new Date()\`;`],
  ],
  noLongFiles: [['model/a.ts', '// Lines.\n'.repeat(400)]],
  noDeadFiles: [['model/a.test.ts', '']],
  startsWithComment: [
    ['cli/a.ts', '#!/usr/bin/env node\n// The command line entry.\n'],
    ['model/a.ts', '/** What lives here. */'],
  ],
  noForbiddenText: [['model/a.ts', `// the framework/, and the list of what is to do`]],
};

describe.each(ruleNames)('%s', (name) => {
  test.each(refused[name].map(titled))('refuses %s', (_, snippet) => {
    expect(judge(name, snippet)).not.toEqual([]);
  });

  test.each((accepted[name] ?? []).map(titled))('accepts %s', (_, snippet) => {
    expect(judge(name, snippet)).toEqual([]);
  });
});

test('a complaint names the file, the line and what to do', () => {
  expect(judge('noBannedCalls', ['engine/a.ts', '\n/* one\n two */ Date.now();'])).toEqual([
    'engine/a.ts:3: Date.now in the core: chance comes through pick and choose, the rest is passed in',
  ]);
});

test('a file is alive through a chain of imports, and a worker through its URL', () => {
  const files = [
    sourceFile('fuzz/a.test.ts', `import { b } from './b.ts';`),
    sourceFile('fuzz/b.ts', `new Worker(new URL('./worker.ts', import.meta.url));`),
    sourceFile('fuzz/worker.ts', `import type { C } from '../engine/c.ts';`),
    sourceFile('engine/c.ts', ''),
    sourceFile('engine/dead.ts', ''),
  ];
  expect(rules.noDeadFiles(files).map(({ file }) => file)).toEqual(['engine/dead.ts']);
});
