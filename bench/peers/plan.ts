// What is to be measured: every configuration on every workload that it fits, first errors, pairs.

import { nameOf, type Workload } from '../workload/known.ts';
import type { Configuration, Peer } from './peer.ts';

export type Section = 'verdict' | 'first error' | 'two processes';

export interface Cell {
  readonly section: Section;
  readonly peer: Peer;
  readonly configuration: Configuration;
  readonly workload: Workload;
}

/** First errors are looked for in these: small, middle, and more tasks. */
const firstErrors = ['B(2,2)', 'B(3,3)', 'B(4,2)'];

/** In the order of the table: by section, then by workload, then by peer. */
export function plan(peers: readonly Peer[], workloads: readonly Workload[]): Cell[] {
  const all = peers.flatMap((peer) =>
    peer.configurations.map((configuration) => ({ peer, configuration })),
  );
  const on = (chosen: readonly Workload[], purpose: Configuration['purpose']): Cell[] =>
    chosen.flatMap((workload) =>
      all
        .filter(({ configuration: c }) => c.purpose === purpose && (c.fits?.(workload) ?? true))
        .map((each) => ({ ...each, section: purpose, workload })),
    );
  const names = workloads.map(nameOf);
  const twice = all.flatMap(({ peer, configuration }): Cell[] => {
    const workload = configuration.twice;
    if (workload === undefined || !names.includes(nameOf(workload))) return [];
    return [{ section: 'two processes', peer, configuration, workload }];
  });
  const wrong = workloads.filter((workload) => firstErrors.includes(nameOf(workload)));
  return [...on(workloads, 'verdict'), ...on(wrong, 'first error'), ...twice];
}
