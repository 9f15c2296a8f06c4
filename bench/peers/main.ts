// This tool and its peers on one workload, in one table: `npm run bench:peers -- --help`.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { packageFolder } from '../../fuzz/package.ts';
import { runBench } from '../commandLine.ts';
import { nameOf } from '../workload/known.ts';
import { peers as allPeers } from './adapters/index.ts';
import { type Limits, measureCell } from './harness/cell.ts';
import { endAll, runProcess } from './harness/process.ts';
import { median, repeat } from './harness/repeat.ts';
import { measureTwice } from './harness/twice.ts';
import { help, type Options, optionsOf } from './options.ts';
import { type Cell, plan } from './plan.ts';
import { losses } from './report/losses.ts';
import { markdown, type Setting } from './report/markdown.ts';
import { reported, reportedSource } from './report/reported.ts';
import { type Absent, columns, groupsOf, type Result, time } from './report/rows.ts';
import { textTable } from './report/text.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

async function main({ peers, workloads, limits, markdown: write }: Options): Promise<void> {
  const found = peers.map((peer) => ({ peer, presence: peer.find() }));
  const versions: string[] = [];
  const absent: Absent[] = [];
  for (const { peer, presence } of found) {
    if (presence.found) versions.push(`${peer.id}: ${presence.version}`);
    else absent.push({ id: peer.id, why: presence.why, install: presence.install });
  }
  for (const { id, why, install } of absent) say(`${id} is absent: ${why}; to have it: ${install}`);
  const present = found.flatMap(({ peer, presence }) => (presence.found ? [peer] : []));
  const scratch = mkdtempSync(join(tmpdir(), 'iommucheck-peers-'));
  const stop = () => {
    endAll();
    rmSync(scratch, { recursive: true, force: true });
    process.exit(130);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const nodeMs = await emptyNode(scratch, limits);
    const results = await measureAll(plan(present, workloads), scratch, limits);
    const setting: Setting = { machine: machine(), versions, date: today(), nodeMs };
    print(results, absent, setting);
    if (write)
      writeFileSync(join(packageFolder, 'docs/PEERS.md'), markdown(results, absent, setting));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** What every process of Node takes at least. */
async function emptyNode(folder: string, limits: Limits): Promise<number> {
  const command = { file: process.execPath, args: ['--eval', '0'] };
  const { runs } = await repeat(limits, async () => {
    const { wallMs } = await runProcess(command, folder, limits.capMs);
    return { run: wallMs, last: false };
  });
  return median(runs);
}

async function measureAll(cells: readonly Cell[], scratch: string, limits: Limits) {
  const results: Result[] = [];
  for (const [i, cell] of cells.entries()) {
    const { section, configuration, workload } = cell;
    const what = `${nameOf(workload)}, ${section}, ${configuration.name}`;
    const measure = section === 'two processes' ? measureTwice : measureCell;
    const outcome = await measure(configuration, workload, join(scratch, `${i}`), limits);
    results.push({ ...cell, outcome });
    const [group] = groupsOf(results.slice(-1), []);
    const told = (['answer', 'wall', 'note'] as const).map(
      (name) => group?.rows[0]?.[columns.indexOf(name)],
    );
    const words = told.filter((text) => text !== '–' && text !== '');
    say(`${i + 1}/${cells.length}  ${what}: ${words.join(', ')}`);
  }
  return results;
}

function print(results: readonly Result[], absent: readonly Absent[], setting: Setting): void {
  const { machine, versions, nodeMs } = setting;
  console.log([machine, ...versions, `Node alone: ${time(nodeMs)}`, ''].join('\n'));
  console.log(textTable(groupsOf(results, absent)));
  const lost = losses(results);
  if (lost.length > 0) console.log(`\nwhere this tool loses\n  ${lost.join('\n  ')}`);
  const tools = [...new Set(reported.map(({ tool }) => tool.split(/,| -/)[0]))];
  console.log(
    `\nnot measured here, but reported (${reportedSource}): ${tools.join(', ')}; see docs/PEERS.md`,
  );
  const wrong = results.filter(({ outcome }) => outcome.kind === 'measured' && outcome.wrong[0]);
  if (wrong.length === 0) return;
  console.error(`\n${wrong.length} answers are not as known: see WRONG in the table`);
  process.exitCode = 1;
}

function machine(): string {
  const cores = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return `${cores.length} × ${cores[0]?.model.trim()}, ${memory}, ${type()} ${release()}`;
}

const today = () => new Date().toISOString().slice(0, 10);

await runBench(help, (args) => main(optionsOf(args, allPeers)));
