// The graph utilities of XState: those in xstate itself, and the package @xstate/graph.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageFolder } from '../../../fuzz/package.ts';
import { installed, installTools } from '../find.ts';
import type { Configuration, Peer } from '../peer.ts';
import { readJson } from './json.ts';

const entry = join(packageFolder, 'dist/bench/peers/runs/xstate.js');

type Walk = 'adjacency' | 'shortest';

/** `module` answers what to import, when it is there to be imported. */
function configuration(name: string, walk: Walk, module: () => string): Configuration {
  return {
    name: `${name}, ${walk === 'adjacency' ? 'adjacency map' : 'shortest paths'}`,
    counts: 'states',
    ...(walk === 'adjacency'
      ? { purpose: 'verdict', twice: { variant: 'B', tasks: 3, ops: 3 } }
      : { purpose: 'first error', promises: 'fewest steps' }),
    job: ({ variant, tasks, ops }) => ({
      run: () => ({
        file: process.execPath,
        args: [entry, variant, `${tasks}`, `${ops}`, walk, module()],
      }),
      read: (output) => readJson(output, 'holds'),
    }),
  };
}

const walks = ['adjacency', 'shortest'] as const;

export const xstateGraph: Peer = {
  id: 'xstate/graph',
  find: () => ({
    found: true,
    version: `xstate ${installed('xstate', [packageFolder])?.version ?? '?'}`,
  }),
  configurations: walks.map((walk) => configuration('xstate/graph', walk, () => 'xstate/graph')),
};

const separate = '@xstate/graph';

/** By path: it lies where imports of this package do not look. */
function separateModule(): string {
  const { folder } = installed(separate) ?? { folder: packageFolder };
  return pathToFileURL(join(folder, 'dist/xstate-graph.cjs.mjs')).href;
}

export const xstateGraphPackage: Peer = {
  id: separate,
  find: () => {
    const found = installed(separate);
    if (found !== null) return { found: true, version: `${separate} ${found.version}` };
    return { found: false, why: `${separate} is not installed`, install: installTools };
  },
  configurations: walks.map((walk) => configuration(separate, walk, separateModule)),
};
