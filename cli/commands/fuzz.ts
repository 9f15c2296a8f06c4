// iommucheck fuzz: random programs under random schedules, on the reference unless told otherwise.

import { type Subsystem, subsystems } from '../../engine/index.ts';
import {
  type CampaignItem,
  defaultScheduler,
  type SchedulerName,
  schedulerNames,
} from '../../fuzz/campaign.ts';
import { canonicalJson } from '../../fuzz/finding/index.ts';
import { campaignProgressText, Progress } from '../../reports/progress.ts';
import { campaignSummary } from '../../reports/summary.ts';
import { engineName } from '../../reports/words.ts';
import { type Command, type Context, jsonOption, type Values } from '../command.ts';
import { engineOptions, enginesNamed, titlesOf } from '../engines.ts';
import { exit, type ExitCode } from '../exit.ts';
import {
  describeFound,
  type FileMap,
  filesFor,
  prepareFolder,
  writeFindings,
} from '../findings.ts';
import { duration, wholeNumber } from '../parse.ts';
import { unknownName } from '../suggest.ts';

const defaultRuns = 100_000;

export const fuzz: Command = {
  name: 'fuzz',
  summary: 'run random programs under random schedules and shrink what fails',
  positionals: '',
  maxPositionals: 0,
  options: {
    runs: {
      type: 'string',
      value: '<n>',
      help: `runs on each revision (default ${defaultRuns}, or as many as the budget allows)`,
    },
    budget: { type: 'string', value: '<time>', help: 'stop after this time: 60s, 5m, 8h' },
    seed: {
      type: 'string',
      value: '<text>',
      help: 'the same seed gives the same runs (default 1)',
    },
    ...engineOptions,
    subsystem: {
      type: 'string',
      multiple: true,
      value: '<name>',
      help: `programs of this one only: ${subsystems.join(', ')} (default: all that have any)`,
    },
    scheduler: {
      type: 'string',
      value: '<name>',
      help: `${schedulerNames.join(', ')} (in turn); default ${defaultScheduler}`,
    },
    out: { type: 'string', value: '<folder>', help: 'write each finding to a file of its own' },
    json: jsonOption,
  },
  examples: [
    'iommucheck fuzz --budget 60s',
    'iommucheck fuzz --revision spapr/6.12 --runs 10000 --seed 7 --out findings',
  ],
  run: async (values, context) => {
    const plan = planOf(values, context);
    prepareFolder(values.text('out'), context);
    const items = await campaign(plan, values, context);
    const founds = items.flatMap((item) => item.found);
    const files = filesFor(founds, values.text('out'));
    if (values.has('json')) printJson(plan.seed, items, context);
    else printText(items, files, plan.seed, context);
    writeFindings(files, context);
    return exitOf(items);
  },
};

function planOf(values: Values, { io, services: { catalogue } }: Context) {
  const named = enginesNamed(values, catalogue);
  const budgetMs = duration(values, 'budget');
  const runs = wholeNumber(values, 'runs', 1);
  const scheduler = values.text('scheduler') ?? defaultScheduler;
  const names: readonly string[] = schedulerNames;
  if (!names.includes(scheduler))
    throw unknownName('scheduler', 'schedulers', scheduler, names, 'iommucheck fuzz --help');
  const chosen = values.all('subsystem');
  for (const name of chosen)
    if (!(subsystems as readonly string[]).includes(name))
      throw unknownName('subsystem', 'subsystems', name, subsystems, 'iommucheck fuzz --help');
  const end = io.clock.nowMs() + (budgetMs ?? Number.POSITIVE_INFINITY);
  const endless = budgetMs === undefined ? defaultRuns : Number.POSITIVE_INFINITY;
  return {
    engines: named.length === 0 ? [{ revision: 'reference', deltas: [] }] : named,
    seed: values.text('seed') ?? '1',
    runs: runs ?? endless,
    expired: () => io.clock.nowMs() >= end,
    scheduler: scheduler as SchedulerName,
    ...(chosen.length > 0 && { subsystems: chosen as readonly Subsystem[] }),
  };
}

async function campaign(
  plan: ReturnType<typeof planOf>,
  values: Values,
  { io, services }: Context,
): Promise<readonly CampaignItem[]> {
  const start = io.clock.nowMs();
  const { stderr } = io;
  const progress = new Progress((t) => stderr.write(t), stderr.isTTY, stderr.columns, start);
  const events: Parameters<typeof services.fuzz>[1] = {
    progress: (at) => {
      const now = io.clock.nowMs();
      progress.update(campaignProgressText(at, now - start), now);
    },
    found: (engine, { finding }) => {
      progress.clear();
      if (values.has('json')) return;
      stderr.write(`${engineName(engine)}: found ${finding.property} (${finding.key})\n`);
    },
  };
  try {
    return await services.fuzz(plan, events, io.signal);
  } finally {
    progress.clear();
  }
}

function printText(
  items: readonly CampaignItem[],
  files: FileMap,
  seed: string,
  context: Context,
): void {
  const { io, paint, services } = context;
  for (const item of items)
    for (const found of item.found)
      io.stdout.write(`${describeFound(found, files.get(found) ?? null, context)}\n`);
  io.stdout.write(campaignSummary(items, titlesOf(services.catalogue), paint));
  io.stdout.write(`\nseed ${seed}\n`);
}

function printJson(seed: string, items: readonly CampaignItem[], { io }: Context): void {
  const head = { tool: 'iommucheck', toolVersion: io.version, command: 'fuzz', seed };
  io.stdout.write(canonicalJson({ ...head, items }));
}

function exitOf(items: readonly CampaignItem[]): ExitCode {
  if (items.some((item) => item.found.length > 0)) return exit.violation;
  const cut = items.some((item) => item.inconclusive > 0 || item.runs === 0);
  return cut || items.length === 0 ? exit.inconclusive : exit.holds;
}
