// This tool: `ours.js` in its modes.

import { join } from 'node:path';
import { nameOf, type Workload } from '../../workload/known.ts';
import { packageFolder } from '../../../fuzz/package.ts';
import type { Configuration, Peer } from '../peer.ts';
import { readJson } from './json.ts';

const entry = join(packageFolder, 'dist/bench/peers/ours.js');

interface Row extends Omit<Configuration, 'job' | 'name'> {
  readonly mode: string;
  readonly title: string;
}

/** A stateless search sees B(4,4)'s traces in hours, not in seconds. */
const enumerable = (workload: Workload) => nameOf(workload) !== 'B(4,4)';

const rows: readonly Row[] = [
  {
    mode: 'search',
    title: 'no reduction',
    counts: 'states',
    purpose: 'verdict',
    twice: { variant: 'B', tasks: 4, ops: 4 },
  },
  { mode: 'reduced', title: 'all reductions', counts: 'reduced', purpose: 'verdict' },
  { mode: 'dpor', title: 'DPOR', counts: 'traces', purpose: 'verdict', fits: enumerable },
  {
    mode: 'first-error',
    title: 'shortest run',
    counts: 'reduced',
    purpose: 'first error',
    promises: 'fewest steps and switches',
  },
];

const configurations = rows.map(
  ({ mode, title, ...rest }): Configuration => ({
    ...rest,
    name: `iommucheck, ${title}`,
    job: ({ variant, tasks, ops }) => ({
      run: () => ({
        file: process.execPath,
        args: [entry, variant, `${tasks}`, `${ops}`, '--mode', mode],
      }),
      read: (output) => readJson(output, 'holds'),
    }),
  }),
);

export const ours: Peer = {
  id: 'iommucheck',
  find: () => ({ found: true, version: `this one, Node ${process.versions.node}` }),
  configurations,
};
