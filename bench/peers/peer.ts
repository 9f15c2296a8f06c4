// What a peer is to the bench: how to find it, and how it is asked about one workload. Adapters
// (adapters/) answer this; the harness (harness/) knows nothing else of them.

import type { Workload } from '../workload/known.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** A process that has ended, and what it left behind. */
export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Text of a file in the job's folder; null if it is not there. */
  readonly file: (name: string) => string | null;
}

export interface Answer {
  /** A search of everything says `holds`; random runs can only say that they found nothing. */
  readonly verdict: 'holds' | 'violated' | 'nothing found';
  readonly states?: number;
  readonly transitions?: number;
  readonly traces?: number;
  /** Runs of a random tester. */
  readonly runs?: number;
  /** Steps of the counterexample, and switches between tasks in it. */
  readonly steps?: number;
  readonly switches?: number;
  /** As the process itself says; else the harness' sample is taken. */
  readonly rssMb?: number;
}

/** One workload for one configuration. */
export interface Job {
  /** Texts to write into an empty folder first: the model. */
  readonly files?: Readonly<Record<string, string>>;
  /** Run once before, in that folder; timed apart. */
  readonly build?: readonly Command[];
  /** Random peers get another seed each time. */
  readonly run: (repeat: number) => Command;
  /** Throws an error that says what was not understood. */
  readonly read: (output: Output) => Answer;
}

/**
 * What its numbers are compared with. `states`: every state and transition is counted; `reduced`: it may
 * leave some out; `traces`: it counts runs up to reordering; `random`: it looks at some runs.
 */
export type Counts = 'states' | 'reduced' | 'traces' | 'random';

export interface Configuration {
  readonly name: string;
  readonly counts: Counts;
  /** Searches everything for a verdict, or stops at the first error of B. */
  readonly purpose: 'verdict' | 'first error';
  /** What is promised of a counterexample, and so checked. */
  readonly promises?: 'fewest steps' | 'fewest steps and switches';
  /** Workloads that make no sense for it are left out. Default: none are. */
  readonly fits?: (workload: Workload) => boolean;
  /** Two processes at once do this work each, to be compared with one. */
  readonly twice?: Workload;
  readonly job: (workload: Workload) => Job;
}

export type Presence =
  | { readonly found: true; readonly version: string }
  | { readonly found: false; readonly why: string; readonly install: string };

export interface Peer {
  /** As `--only` names it. */
  readonly id: string;
  readonly find: () => Presence;
  readonly configurations: readonly Configuration[];
}
