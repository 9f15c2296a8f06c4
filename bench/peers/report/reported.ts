// Figures of peers that npm and Debian do not have, from another run on the same kind of machine. Data,
// not measured here, and never mixed with what is.

export const reportedSource = 'peer report, 2026-11';

export const reportedMachine =
  '2 vCPU AMD EPYC (Zen 5 class, 2.6 GHz), 23 GB, Debian 12, Node 20.20.2, Java 17, gcc 12.2, rustc 1.95';

export interface Reported {
  readonly tool: string;
  readonly version: string;
  /** By workload: whole-process wall time to the verdict, with what was counted in it. */
  readonly cells: Readonly<Record<string, string>>;
  readonly rss: string;
  /** Work of two workers in the time of one, and where. */
  readonly twoWorkers?: string;
  readonly counterexample: string;
}

const whole = 'the whole run';

export const reported: readonly Reported[] = [
  {
    tool: 'stateright, breadth first, 1 thread',
    version: '0.31.0 @ab8c8be',
    cells: { 'A(2,2)': '4.4 ms', 'B(3,3)': '18.1 ms', 'B(4,4)': '6.87 s', 'C(4,8)': '1.17 s' },
    rss: '529 MB on B(4,4)',
    twoWorkers: '1.53 × on B(4,4), shared table',
    counterexample: '10 steps (depth first: 14–22)',
  },
  {
    tool: 'TLC, 1 worker',
    version: 'tlaplus@cc6b616',
    cells: { 'A(2,2)': '468 ms', 'B(3,3)': '1.27 s', 'B(4,4)': '58 s', 'C(4,8)': '14 s' },
    rss: '3564 MB on B(4,4)',
    twoWorkers: '1.36 × on C(4,8), shared table',
    counterexample: '10 steps',
  },
  {
    tool: 'GenMC --sc',
    version: '0.10.3 @c26195b, LLVM 14',
    cells: {
      'A(3,3)': '1680 traces in 165 ms',
      'A(4,2)': '2520 in 201 ms',
      'B(2,2)': '63 in 52.4 ms',
      'B(2,4)': '26 721 in 472 ms',
      'B(3,2)': '1891 in 84.9 ms',
      'B(3,3)': '349 507 in 6.41 s',
      'B(4,2)': '139 890 in 3.04 s',
      'C(2,2)': '1 in 48.7 ms',
      'C(4,2)': '1 in 47.1 ms',
    },
    rss: '88 MB',
    twoWorkers: '1.64 × on B(3,3)',
    counterexample: whole,
  },
  {
    tool: 'Nidhugg --source',
    version: '0.3.1+115 @0aea4d2, LLVM 14',
    cells: {
      'A(3,3)': '1680 traces in 155 ms',
      'A(4,2)': '2520 in 234 ms',
      'B(2,2)': '63 in 23.4 ms',
      'B(2,4)': '26 721 in 1.45 s',
      'B(3,2)': '1891+47 in 131 ms',
      'B(3,3)': '349 507+6696 in 26 s',
      'B(4,2)': '139 890+7346 in 11 s',
      'C(2,2)': '1 in 19.1 ms',
      'C(4,2)': '1 in 20.3 ms',
    },
    rss: '54 MB',
    counterexample: whole,
  },
  {
    tool: 'Nidhugg --optimal',
    version: '0.3.1+115 @0aea4d2, LLVM 14',
    cells: {
      'A(3,3)': '1680 traces in 160 ms',
      'A(4,2)': '2520 in 239 ms',
      'B(2,2)': '63 in 25.3 ms',
      'B(2,4)': '26 721 in 1.59 s',
      'B(3,2)': '1891 in 135 ms',
      'B(3,3)': '349 507 in 27 s',
      'B(4,2)': '139 890 in 11 s',
      'C(2,2)': '1 in 18.8 ms',
      'C(4,2)': '1 in 21.2 ms',
    },
    rss: '53 MB',
    counterexample: whole,
  },
  {
    tool: 'Nidhugg --rf (classes of reads-from)',
    version: '0.3.1+115 @0aea4d2, LLVM 14',
    cells: {
      'A(3,3)': '1680 classes in 192 ms',
      'A(4,2)': '2520 in 290 ms',
      'B(2,2)': '32 in 23.6 ms',
      'B(2,4)': '6402 in 553 ms',
      'B(3,2)': '800 in 84.8 ms',
      'B(3,3)': '104 215 in 11 s',
      'B(4,2)': '50 113 in 5.00 s',
      'C(2,2)': '1 in 18.8 ms',
      'C(4,2)': '1 in 18.3 ms',
    },
    rss: '56 MB',
    twoWorkers: '1.82 × on B(4,2)',
    counterexample: whole,
  },
  {
    tool: 'loom, unbounded, 20 s cap',
    version: '0.7.2 @948c8cc',
    cells: {
      'A(3,3)': 'cap',
      'A(4,2)': 'cap',
      'B(2,2)': '4578 runs in 292 ms',
      'B(2,4)': 'cap',
      'B(3,2)': 'cap',
      'B(3,3)': 'cap (379 999 runs)',
      'B(4,2)': 'cap',
      'C(2,2)': '3 in 344 ms',
      'C(4,2)': '493 in 262 ms',
    },
    rss: '3 MB',
    counterexample: 'the whole run, 1st to 9th',
  },
  {
    tool: 'loom, preemption bound 2',
    version: '0.7.2 @948c8cc',
    cells: {
      'A(3,3)': '855 runs in 163 ms',
      'A(4,2)': '6888 in 575 ms',
      'B(2,2)': '295 in 132 ms',
      'B(2,4)': '30 979 in 1.61 s',
      'B(3,2)': '3941 in 460 ms',
      'B(3,3)': '94 025 in 5.65 s',
      'B(4,2)': '167 957 in 12 s',
      'C(2,2)': '5 in 309 ms',
      'C(4,2)': '162 in 310 ms',
    },
    rss: '3 MB',
    counterexample: 'the whole run, 1st to 9th',
  },
  {
    tool: 'shuttle, depth first (no reduction)',
    version: '0.9.3 @91e3cae',
    cells: { 'B(2,2)': '1 961 255 runs in 9.15 s', 'C(2,2)': '184 755 in 746 ms' },
    rss: '3 MB',
    counterexample: 'the whole run, 1st or 2nd',
  },
];

/** The time that a cell names, in milliseconds; null: the tool did not finish. */
export function reportedMs(cell: string): number | null {
  const [, digits, unit] = /([\d.]+) (ms|s)$/.exec(cell) ?? [];
  return digits === undefined ? null : Number(digits) * (unit === 's' ? 1000 : 1);
}
