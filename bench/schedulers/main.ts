// Compares the schedulers on deep defects:
// `npm run bench:schedulers -- [--runs <n>] [--seed <text>] [--scheduler <name>]… [--only <substring>]
// [--workers <n>] [--json] [--markdown]`. With --markdown, docs/SCHEDULERS.md is written anew.

import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type SchedulerName, schedulerNames } from '../../fuzz/campaign.ts';
import { builtScript, packageFolder } from '../../fuzz/package.ts';
import { runJobs } from '../../fuzz/pool.ts';
import { compare, type Compared, type CompareJob } from './compare.ts';
import { seededDefects } from './defects.ts';
import { schedulersDocument } from './document.ts';
import { conclusion, rateRows, summaryRows, textTable } from './table.ts';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: 'schedulers' },
    scheduler: { type: 'string', multiple: true, default: [...schedulerNames] },
    only: { type: 'string', default: '' },
    workers: { type: 'string', default: `${availableParallelism()}` },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
  },
});

function jobs(): CompareJob[] {
  const { seed } = options;
  const runs = Number(options.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${options.runs}: not a count`);
  const chosen = options.scheduler.map((name) => {
    const known = schedulerNames.find((scheduler) => scheduler === name);
    if (known === undefined) throw new Error(`--scheduler ${name}: ${schedulerNames.join(', ')}`);
    return known satisfies SchedulerName;
  });
  return seededDefects
    .filter(({ name }) => name.includes(options.only))
    .flatMap(({ name }) =>
      chosen.map((scheduler) => ({ defect: name, scheduler, runs, seed: `${seed}/${name}` })),
    );
}

const all = await runJobs<CompareJob, Compared>(jobs(), {
  workers: Number(options.workers),
  script: builtScript('bench/schedulers/worker'),
  here: compare,
  signal: new AbortController().signal,
  onResult: ({ defect, scheduler, hits, runs }) =>
    process.stderr.write(`${defect}, ${scheduler}: ${hits} of ${runs}\n`),
});

if (options.json) console.log(JSON.stringify(all, null, 2));
else {
  const tables = [rateRows(all), summaryRows(all)].map(textTable);
  console.log([...tables, conclusion(all)].join('\n'));
}
if (options.markdown) {
  writeFileSync(join(packageFolder, 'docs/SCHEDULERS.md'), documentOf(all));
}

function documentOf(compared: readonly Compared[]): string {
  return schedulersDocument(compared.map((c) => ({ ...c, seed: options.seed })));
}
