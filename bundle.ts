// The build: bundles each entry point into dist/, so that a command reads a few files when it starts
// instead of some hundreds. What several of them need is in dist/chunks/. Packages stay packages.

import { chmodSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';

const root = import.meta.dirname;

/** What is started or imported from outside. */
const entryPoints = [
  'index.ts',
  'cli/main.ts',
  'cli/scopes.ts',
  'fuzz/checkWorker.ts',
  'fuzz/scopes/worker.ts',
  'bench/main.ts',
  'bench/peers/main.ts',
  'bench/peers/runs/fastCheck.ts',
  'bench/peers/runs/xstate.ts',
  'bench/schedulers/main.ts',
  'bench/schedulers/worker.ts',
  'bench/workers/main.ts',
];

/** Timed from a cold process to its verdict: in one file. */
const alone = ['bench/peers/ours.ts'];

/** Into a folder of which nothing is kept; what is there serves until all is built. */
export async function bundle(folder: string): Promise<void> {
  const outdir = `${folder}.new`;
  const common: BuildOptions = {
    absWorkingDir: root,
    outdir,
    outbase: root,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  };
  rmSync(outdir, { recursive: true, force: true });
  await build({ ...common, entryPoints, splitting: true, chunkNames: 'chunks/[name]-[hash]' });
  await build({ ...common, entryPoints: alone });
  chmodSync(join(outdir, 'cli/main.js'), 0o755);
  rmSync(folder, { recursive: true, force: true });
  renameSync(outdir, folder);
}

if (process.argv[1] === import.meta.filename) await bundle(join(root, 'dist'));
