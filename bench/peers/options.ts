// The command line of the bench against peers: what may be asked for, and what is said when it is not.

import { parseOptions, positive, UsageError } from '../commandLine.ts';
import { known, nameOf, type Workload } from '../workload/known.ts';
import type { Limits } from './harness/cell.ts';
import type { Peer } from './peer.ts';

export interface Options {
  readonly peers: readonly Peer[];
  readonly workloads: readonly Workload[];
  readonly limits: Limits;
  readonly markdown: boolean;
}

/** Above this many states, a workload is called large. */
const large = 1e6;

export const help = `npm run bench:peers -- [options]

Runs the workload W(variant,tasks,operations) on this tool and on its peers, each in cold processes,
checks that all answers are as known, and prints one table. Peers that are not installed are listed
as absent, with the command that installs them. Answers that differ: exit code 1.

  --only <peer,…>      only these peers
  --sizes <size,…>     only these workloads, as B(3,3); or small, large, all (default: all)
  --repeats <n>        runs of each cell; the median counts (default: 5)
  --repeats-long <n>   the same for runs of more than a second (default: 3)
  --attempts <n>       tries n times as many runs before disturbed ones are taken (default: 3)
  --cap <seconds>      after which a run is ended as unfinished (default: 60)
  --markdown           writes docs/PEERS.md as well
  --help               this text
`;

const defaults = { repeats: '5', 'repeats-long': '3', attempts: '3', cap: '60' };

/** @throws UsageError */
export function optionsOf(args: readonly string[], peers: readonly Peer[]): Options {
  const values = parse(args);
  const number = (name: keyof typeof defaults) => positive(name, values[name]);
  return {
    peers: chosenPeers(values.only, peers),
    workloads: chosenSizes(values.sizes),
    limits: {
      repeats: number('repeats'),
      repeatsOfLong: number('repeats-long'),
      attempts: number('attempts'),
      capMs: number('cap') * 1000,
    },
    markdown: values.markdown,
  };
}

function parse(args: readonly string[]) {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  return parseOptions({
    args: [...args],
    options: {
      only: text(''),
      sizes: text('all'),
      repeats: text(defaults.repeats),
      'repeats-long': text(defaults['repeats-long']),
      attempts: text(defaults.attempts),
      cap: text(defaults.cap),
      markdown: { type: 'boolean', default: false },
    },
  }).values;
}

function chosenPeers(only: string, peers: readonly Peer[]): readonly Peer[] {
  const ids = peers.map(({ id }) => id);
  const wanted = only.split(',').filter((id) => id !== '');
  const unknown = wanted.find((id) => !ids.includes(id));
  if (unknown !== undefined)
    throw new UsageError(`--only ${unknown}: no such peer; there are ${ids.join(', ')}`);
  return wanted.length === 0 ? peers : peers.filter(({ id }) => wanted.includes(id));
}

/** Commas stand between sizes and inside them. */
function chosenSizes(text: string): readonly Workload[] {
  const chosen = new Set<string>();
  for (const size of text.split(/,(?![^(]*\))/)) {
    const rows = known.filter(
      (row) =>
        size === 'all' || nameOf(row) === size || (row.states > large ? 'large' : 'small') === size,
    );
    if (rows.length === 0)
      throw new UsageError(
        `--sizes ${size}: no such workload; there are small, large, all, ${known.map(nameOf).join(', ')}`,
      );
    for (const row of rows) chosen.add(nameOf(row));
  }
  return known.filter((row) => chosen.has(nameOf(row)));
}
