// Quint's simulator: random runs of a specification. Its checker needs Apalache, a download, and its fast
// backend another; what npm installs is the TypeScript backend.

import { join } from 'node:path';
import { stepsOf, type Workload } from '../../workload/known.ts';
import { installed, installTools } from '../find.ts';
import { quint as specification, quintInvariant } from '../models/quint.ts';
import type { Answer, Command, Configuration, Output, Peer } from '../peer.ts';

const name = '@informalsystems/quint';

/** Runs of a workload in which there is nothing to find. */
const samples = 100;

const trace = 'trace.itf.json';

function command(workload: Workload, repeat: number): Command {
  const cli = join(installed(name)?.folder ?? '', 'dist/src/cli.js');
  return {
    file: process.execPath,
    args: [
      cli,
      'run',
      'w.qnt',
      '--main=w',
      '--backend=typescript',
      '--verbosity=1',
      `--invariant=${quintInvariant}`,
      `--max-samples=${samples}`,
      `--max-steps=${stepsOf(workload)}`,
      `--seed=0x${(repeat + 1).toString(16)}`,
      `--out-itf=${trace}`,
    ],
  };
}

export function readQuint({ stdout, file }: Output): Answer {
  if (stdout.includes('[ok]')) return { verdict: 'nothing found', runs: samples };
  if (!stdout.includes('[violation]'))
    throw new Error(`neither [ok] nor [violation] in '${stdout.trim().slice(0, 80)}'`);
  const text = file(trace);
  if (text === null) throw new Error(`a violation, but no ${trace}`);
  return { verdict: 'violated', ...sizeOfTrace(text) };
}

interface Itf {
  readonly states: readonly {
    readonly pc: {
      readonly '#map': readonly (readonly [unknown, { readonly '#bigint': string }])[];
    };
  }[];
}

/** Which task has taken a step is seen from its program counter. */
function sizeOfTrace(text: string): { steps: number; switches: number } {
  const { states } = JSON.parse(text) as Itf;
  const counters = states.map(({ pc }) => pc['#map'].map(([, count]) => count['#bigint']));
  const order = counters
    .slice(1)
    .map((now, i) => now.findIndex((pc, t) => pc !== counters[i]?.[t]));
  const switches = order.filter((task, i) => i > 0 && task !== order[i - 1]).length;
  return { steps: order.length, switches };
}

const configuration = (rest: Pick<Configuration, 'purpose' | 'twice'>): Configuration => ({
  ...rest,
  name: 'Quint, simulator (TypeScript)',
  counts: 'random',
  job: (workload) => ({
    files: { 'w.qnt': specification(workload) },
    run: (repeat) => command(workload, repeat),
    read: readQuint,
  }),
});

export const quint: Peer = {
  id: 'quint',
  find: () => {
    const found = installed(name);
    if (found !== null) return { found: true, version: `Quint ${found.version}` };
    return { found: false, why: `${name} is not installed`, install: installTools };
  },
  configurations: [
    configuration({ purpose: 'verdict', twice: { variant: 'A', tasks: 3, ops: 3 } }),
    configuration({ purpose: 'first error' }),
  ],
};
