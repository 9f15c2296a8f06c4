// Compares the schedulers on deep defects: `npm run bench:schedulers -- --help`.

import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type SchedulerName, schedulerNames } from '../../fuzz/campaign.ts';
import { builtScript, packageFolder } from '../../fuzz/package.ts';
import { runJobs } from '../../fuzz/pool.ts';
import { parseOptions, positive, runBench, UsageError } from '../commandLine.ts';
import { compare, type Compared, type CompareJob } from './compare.ts';
import { seededDefects } from './defects.ts';
import { schedulersDocument } from './document.ts';
import { conclusion, rateRows, summaryRows, textTable } from './table.ts';

const help = `npm run bench:schedulers -- [options]

Runs each scheduler on each of the seeded defects and prints how often it hits, with confidence
intervals. The default scheduler of \`iommucheck fuzz\` follows from it.

  --runs <n>          runs of each scheduler on each defect (default: 10000)
  --seed <text>       (default: schedulers)
  --scheduler <name>  only this one, also several times: ${schedulerNames.join(', ')}
  --only <text>       only defects with this text in their names
  --workers <n>       threads to use (default: all cores)
  --json              prints the counts for machines
  --markdown          writes docs/SCHEDULERS.md as well
  --help              this text
`;

async function main(args: readonly string[]): Promise<void> {
  const { values: options } = parseOptions({
    args: [...args],
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
  const { seed } = options;
  const runs = positive('runs', options.runs);
  const schedulers = options.scheduler.map(schedulerNamed);
  const jobs = defectsWith(options.only).flatMap((defect) =>
    schedulers.map((scheduler): CompareJob => {
      return { defect, scheduler, runs, seed: `${seed}/${defect}` };
    }),
  );
  const all = await runJobs<CompareJob, Compared>(jobs, {
    workers: positive('workers', options.workers),
    script: builtScript('bench/schedulers/worker'),
    here: compare,
    signal: new AbortController().signal,
    onResult: ({ defect, scheduler, hits, runs: made }) =>
      process.stderr.write(`${defect}, ${scheduler}: ${hits} of ${made}\n`),
  });
  if (options.json) console.log(JSON.stringify(all, null, 2));
  else {
    const tables = [rateRows(all), summaryRows(all)].map(textTable);
    console.log([...tables, conclusion(all)].join('\n'));
  }
  if (!options.markdown) return;
  const page = schedulersDocument(all.map((compared) => ({ ...compared, seed })));
  writeFileSync(join(packageFolder, 'docs/SCHEDULERS.md'), page);
}

function schedulerNamed(name: string): SchedulerName {
  const known = schedulerNames.find((scheduler) => scheduler === name);
  if (known !== undefined) return known;
  throw new UsageError(
    `--scheduler ${name}: no such scheduler; there are ${schedulerNames.join(', ')}`,
  );
}

function defectsWith(text: string): string[] {
  const all = seededDefects.map(({ name }) => name);
  const named = all.filter((name) => name.includes(text));
  if (named.length > 0) return named;
  throw new UsageError(
    `--only ${text}: no defect has that in its name; there are\n  ${all.join('\n  ')}`,
  );
}

await runBench(help, main);
