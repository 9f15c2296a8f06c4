// fast-check's scheduler: random schedules of promises. It finds errors and proves nothing.

import { join } from 'node:path';
import { packageFolder } from '../../../fuzz/package.ts';
import { installed } from '../find.ts';
import type { Configuration, Peer } from '../peer.ts';
import { readJson } from './json.ts';

const entry = join(packageFolder, 'dist/bench/peers/runs/fastCheck.js');

/** Runs of a workload in which there is nothing to find. */
const runs = 1000;

type Rest = Omit<Configuration, 'job' | 'counts'>;

const configuration = (what: 'schedule' | 'program', rest: Rest): Configuration => ({
  ...rest,
  counts: 'random',
  job: ({ variant, tasks, ops }) => ({
    run: (repeat) => ({
      file: process.execPath,
      args: [entry, variant, `${tasks}`, `${ops}`, what, `${runs}`, `${repeat + 1}`],
    }),
    read: (output) => readJson(output, 'nothing found'),
  }),
});

export const fastCheck: Peer = {
  id: 'fast-check',
  find: () => ({
    found: true,
    version: `fast-check ${installed('fast-check', [packageFolder])?.version ?? '?'}`,
  }),
  configurations: [
    configuration('schedule', {
      name: 'fast-check, scheduler',
      purpose: 'verdict',
      twice: { variant: 'A', tasks: 3, ops: 3 },
    }),
    configuration('schedule', { name: 'fast-check, scheduler', purpose: 'first error' }),
    configuration('program', {
      name: 'fast-check, scheduler and program',
      purpose: 'first error',
    }),
  ],
};
