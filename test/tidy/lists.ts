// What the tidy rules are told about this project: the layers, and every exception with its reason.
// Nothing here reads a file. An exception that no longer excuses anything is itself a complaint.

export type Exception = { readonly file: string; readonly reason: string };

/** What the code of one layer may import; `*` is anything. Types may come from more places. */
export type Layer = {
  readonly values: readonly string[];
  readonly types: readonly string[];
  readonly packages: readonly string[];
  /** Folders inside an allowed layer from which only types may come. */
  readonly typesOnly?: readonly string[];
};

const product = ['engine', 'model', 'properties', 'shrinkers', 'fuzz', 'reports', 'cli', 'top'];
const user: Layer = { values: ['*'], types: ['*'], packages: ['*'] };

/** Imports point one way: DESIGN section 1. `top` is the folder of package.json. */
export const layers: Readonly<Record<string, Layer>> = {
  engine: { values: [], types: [], packages: [] },
  model: { values: [], types: [], packages: ['xstate'] },
  properties: { values: ['model', 'engine'], types: [], packages: [] },
  shrinkers: { values: [], types: ['engine'], packages: [] },
  fuzz: {
    values: ['model', 'engine', 'properties', 'shrinkers'],
    types: [],
    packages: ['fast-check', 'seedrandom', 'zod', 'node:*'],
  },
  // A report may look up names and titles; whatever could run a program it knows by type alone.
  reports: {
    values: ['model', 'engine', 'properties'],
    typesOnly: ['engine/runtime/'],
    types: ['*'],
    packages: ['zod', 'node:util'],
  },
  cli: { values: product, types: product, packages: ['*'] },
  top: { values: product, types: product, packages: ['*'] },
  bench: user,
  test: user,
  examples: user,
};

/** Layers that must not read the clock, chance or the environment. */
export const coreLayers: readonly string[] = ['model', 'engine', 'properties', 'shrinkers', 'fuzz'];

/** Files that nothing imports because something outside the code starts them. */
export const entryPoints: readonly Exception[] = [
  { file: 'index.ts', reason: 'public entry' },
  { file: 'cli/main.ts', reason: 'the iommucheck command' },
  { file: 'bench/main.ts', reason: 'npm run bench' },
  { file: 'bench/schedulers/main.ts', reason: 'npm run bench:schedulers' },
  { file: 'bench/schedulers/worker.ts', reason: 'started as a worker thread by its main' },
  { file: 'bench/peers/main.ts', reason: 'npm run bench:peers' },
  { file: 'bench/workers/main.ts', reason: 'npm run bench:workers' },
  { file: 'bench/peers/runs/xstate.ts', reason: 'started as a process by the bench' },
  { file: 'bench/peers/runs/fastCheck.ts', reason: 'started as a process by the bench' },
  { file: 'cli/docs.ts', reason: 'npm run docs' },
  { file: 'cli/matrix.ts', reason: 'npm run matrix' },
  { file: 'cli/scopes.ts', reason: 'npm run scopes' },
  { file: 'fuzz/checkWorker.ts', reason: 'started as a worker thread, from a URL made for it' },
  { file: 'fuzz/scopes/worker.ts', reason: 'started as a worker thread, from a URL made for it' },
  { file: 'bundle.ts', reason: 'npm run build' },
  { file: 'vitest.config.ts', reason: 'read by vitest' },
];

export const maxLines = 400;

/** Files that may be longer than `maxLines`. */
export const longFiles: readonly Exception[] = [];

/** Files of the core that may call something banned there. */
export const bannedCallers: readonly Exception[] = [
  { file: 'model/check/key.test.ts', reason: 'dates of its own making, as data in a context' },
];

export const defaultExporters: readonly Exception[] = [
  { file: 'vitest.config.ts', reason: 'vitest reads its configuration from the default export' },
];

/** Files that may contain text which no source should. */
export const textExceptions: readonly Exception[] = [
  { file: 'test/tidy.test.ts', reason: 'plants the forbidden texts to see the rule find them' },
  { file: 'test/tidy/rules.ts', reason: 'holds the patterns' },
];
