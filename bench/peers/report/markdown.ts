// docs/PEERS.md: the table with its machine, its versions, where this tool loses, and, apart from all
// that, the figures of another run.

import { reported, reportedMachine, reportedSource } from './reported.ts';
import { losses, reportedLosses } from './losses.ts';
import { type Absent, columns, groupsOf, type Result, textColumns, time } from './rows.ts';

export interface Setting {
  readonly machine: string;
  /** As it was found, by peer. */
  readonly versions: readonly string[];
  readonly date: string;
  /** Wall time of a Node process that does nothing. */
  readonly nodeMs: number;
}

export function markdown(
  results: readonly Result[],
  absent: readonly Absent[],
  setting: Setting,
): string {
  return [
    '# Peers',
    '',
    'The workload W(variant,tasks,operations) on this tool and on its peers: tasks toggle slots of a',
    'domain and count the occupied ones. A takes a lock, in B the last task does not and an update is',
    'lost, in C nothing is shared. Each cell is a cold process up to its verdict, the median of its',
    'runs; every answer is checked against counts on which independent tools agree',
    '(`bench/workload/known.ts`). The models are in `bench/peers/models/`. Written by',
    '`npm run bench:peers -- --markdown`; compare numbers of one run on one machine only.',
    '',
    ...about(setting),
    '## Measured',
    '',
    'A build is what has to be done once for each model before it can run. States a second are of the whole',
    'process, start-up included. A tool that runs at random can only say that it found nothing.',
    '',
    ...groupsOf(results, absent).flatMap(({ title, rows }) => [
      `### ${title}`,
      '',
      ...table(rows),
      '',
    ]),
    ...lost(results, setting),
    ...others(results),
  ].join('\n');
}

function about({ machine, versions, date, nodeMs }: Setting): string[] {
  const lines = [
    `Machine: ${machine}`,
    `Date: ${date}`,
    `Node alone: ${time(nodeMs)}`,
    ...versions,
  ];
  return [...lines.map((line) => `- ${line}`), ''];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const rule = columns.map((column) => (textColumns.includes(column) ? '---' : '---:'));
  return [columns, rule, ...rows].map((row) => `| ${row.map(escaped).join(' | ')} |`);
}

const escaped = (cell: string) => cell.replaceAll('|', '\\|');

function lost(results: readonly Result[], { nodeMs }: Setting): string[] {
  const start = `No program on Node answers before Node has started: ${time(nodeMs)} here.`;
  const lines = [start, ...losses(results)].map((line) => `- ${line}`);
  return ['## Where this tool loses', '', ...lines, ''];
}

function others(results: readonly Result[]): string[] {
  const workloads = [...new Set(reported.flatMap(({ cells }) => Object.keys(cells)))].sort();
  const head = ['tool', 'version', ...workloads, 'RSS', 'two workers', 'counterexample of B'];
  const rows = reported.map(({ tool, version, cells, rss, twoWorkers = '–', counterexample }) => [
    tool,
    version,
    ...workloads.map((workload) => cells[workload] ?? '–'),
    rss,
    twoWorkers,
    counterexample,
  ]);
  return [
    '## Reported, another run',
    '',
    `Not measured here: these tools come neither with npm nor with Debian. Source: ${reportedSource};`,
    `machine: ${reportedMachine}. Wall time of the whole process to the verdict; \`63 in 52 ms\` is runs`,
    '(complete ones, and +blocked ones) in that time.',
    '',
    ...[head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(escaped).join(' | ')} |`),
    '',
    ...quicker(reportedLosses(results)),
  ];
}

function quicker(lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const head =
    'Reported to have taken less wall time than this tool above, whichever of its rows is best:';
  return [head, '', ...lines.map((line) => `- ${line}`), ''];
}
