// SPIN: a model in Promela, made into C by `spin -a`, compiled by gcc, and run as `pan`.

import { execFileSync } from 'node:child_process';
import { known, nameOf, stepsOf, type Workload } from '../../workload/known.ts';
import { onPath } from '../find.ts';
import { promela, type PromelaOptions } from '../models/promela.ts';
import type { Answer, Configuration, Output, Peer } from '../peer.ts';

interface Setting extends Omit<Configuration, 'job'> {
  readonly flags?: readonly string[];
  readonly arguments?: readonly string[];
  readonly model?: PromelaOptions;
}

function configuration(setting: Setting): Configuration {
  const { flags = [], arguments: args = [], model = {}, ...rest } = setting;
  const all = setting.purpose === 'verdict' ? ['-c0'] : [];
  return {
    ...rest,
    job: (workload) => ({
      files: { 'w.pml': promela(workload, model) },
      build: [
        { file: 'spin', args: ['-a', 'w.pml'] },
        { file: 'gcc', args: ['-O2', '-DSAFETY', ...flags, '-w', '-o', 'pan', 'pan.c'] },
      ],
      run: () => ({
        file: './pan',
        args: [`-m${stepsOf(workload) + 10}`, `-w${tableBits(workload)}`, ...all, ...args],
      }),
      read: readPan,
    }),
  };
}

/**
 * The hash table of one who knows how many states there will be. The default, 2^24 entries, costs small
 * workloads more than all the rest.
 */
function tableBits(workload: Workload): number {
  const states = known.find((row) => nameOf(row) === nameOf(workload))?.states ?? 2 ** 23;
  return Math.max(16, Math.ceil(Math.log2(states)) + 1);
}

export function readPan({ stdout, file }: Output): Answer {
  if (/max search depth too small/.test(stdout)) throw new Error('its depth bound was hit');
  const errors = number(stdout, /errors: (\d+)/);
  const states = number(stdout, /(\d+) states, stored/);
  const matched = number(stdout, /(\d+) states, matched/);
  const trail = file('w.pml.trail');
  return {
    verdict: errors > 0 ? 'violated' : 'holds',
    states,
    // Its own sum counts the initial state as a transition.
    transitions: states - 1 + matched,
    ...(errors > 0 && trail !== null && sizeOfTrail(trail)),
  };
}

function number(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`no ${pattern} in what pan says`);
  return Number(found);
}

/** Lines of `step:process:transition`; those that begin with a minus are about the model. */
function sizeOfTrail(trail: string): { steps: number; switches: number } {
  const order = [...trail.matchAll(/^\d+:(\d+):\d+$/gm)].map((match) => match[1]);
  const switches = order.filter((task, i) => i > 0 && task !== order[i - 1]).length;
  return { steps: order.length, switches };
}

const settings: readonly Setting[] = [
  {
    name: 'SPIN, no reduction',
    counts: 'states',
    purpose: 'verdict',
    flags: ['-DNOREDUCE'],
    twice: { variant: 'B', tasks: 4, ops: 4 },
  },
  { name: 'SPIN, partial order reduction', counts: 'reduced', purpose: 'verdict' },
  {
    name: 'SPIN, reduction and `local` promised',
    counts: 'reduced',
    purpose: 'verdict',
    model: { local: true },
    fits: ({ variant }) => variant === 'C',
  },
  { name: 'SPIN, depth first', counts: 'reduced', purpose: 'first error' },
  {
    name: 'SPIN, shortening (-i)',
    counts: 'reduced',
    purpose: 'first error',
    flags: ['-DREACH'],
    arguments: ['-i'],
  },
  {
    name: 'SPIN, breadth first',
    counts: 'reduced',
    purpose: 'first error',
    flags: ['-DBFS'],
    promises: 'fewest steps',
  },
];

export const spin: Peer = {
  id: 'spin',
  find: () => {
    const missing = ['spin', 'gcc'].filter((program) => onPath(program) === null);
    if (missing.length > 0)
      return {
        found: false,
        why: `${missing.join(' and ')} not on the PATH`,
        install: 'apt-get install spin gcc',
      };
    const line = (file: string, flag: string) =>
      execFileSync(file, [flag], { encoding: 'utf8' }).split('\n')[0];
    return { found: true, version: `${line('spin', '-V')}; ${line('gcc', '--version')}` };
  },
  configurations: settings.map(configuration),
};
