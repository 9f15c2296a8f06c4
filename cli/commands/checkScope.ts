// iommucheck check --scope: every program of a size, instead of the bundled scenarios.

import { type Subsystem, subsystems } from '../../engine/index.ts';
import type { EngineRef } from '../../fuzz/catalogue.ts';
import { type Reduction, reductions } from '../../fuzz/explore/reductions.ts';
import { canonicalJson } from '../../fuzz/finding/index.ts';
import {
  defaultVocabulary,
  vocabularies,
  type VocabularySize,
} from '../../fuzz/scopes/contexts.ts';
import { contextsOf, type ScopePlan } from '../../fuzz/scopes/plan.ts';
import type { ScopeAnswer } from '../../fuzz/scopes/scope.ts';
import { Progress, scopeProgressText } from '../../reports/progress.ts';
import { scopeText } from '../../reports/scope.ts';
import { Checkpoint } from '../checkpoint.ts';
import type { Context, OptionSpec, Values } from '../command.ts';
import { enginesNamed, titlesOf } from '../engines.ts';
import { exit, type ExitCode, usageError } from '../exit.ts';
import { describeFound, filesFor, prepareFolder, writeFindings } from '../findings.ts';
import { defaultMaxStates } from '../limits.ts';
import { wholeNumber } from '../parse.ts';
import { unknownName } from '../suggest.ts';

const most = 9;

export const scopeOptions: Readonly<Record<string, OptionSpec>> = {
  scope: {
    type: 'string',
    value: '<TxK>',
    help: 'every program of at most T tasks of at most K operations each, instead of scenarios',
  },
  subsystem: {
    type: 'string',
    multiple: true,
    value: '<name>',
    help: `of a scope: ${subsystems.join(', ')} or all (default all)`,
  },
  context: {
    type: 'string',
    multiple: true,
    value: '<id>',
    help: 'of a scope: only the programs on this host and of its vocabulary',
  },
  vocabulary: {
    type: 'string',
    value: '<size>',
    help: 'of a scope: full or core (default: full up to 4 operations in all, beyond that core)',
  },
  faults: {
    type: 'string',
    value: '<n>',
    help: 'of a scope: refusals in a run (default: those of each context, mostly 0 or 1)',
  },
  reductions: {
    type: 'string',
    value: '<list>',
    help: `of a scope: all, none, or some of ${reductions.join(',')} (default all)`,
  },
  checkpoint: {
    type: 'string',
    value: '<file>',
    help: 'of a scope: keep in this file how far it got',
  },
  resume: { type: 'boolean', help: 'of a scope: go on from the checkpoint' },
};

/** Complains about options that make sense only with the other kind of check. */
export function asksForScope(values: Values): boolean {
  const has = (names: readonly string[]) => names.find((name) => values.has(name));
  if (values.has('scope')) {
    const other = has(['scenario', 'callers']);
    if (other === undefined) return true;
    throw usageError(
      `--scope and --${other} do not go together`,
      'a scope has programs of its own',
    );
  }
  const alone = has(Object.keys(scopeOptions));
  if (alone === undefined) return false;
  throw usageError(`--${alone} is for --scope`, 'try: iommucheck check --scope 2x2');
}

export async function checkScope(values: Values, context: Context): Promise<ExitCode> {
  const { io, paint, services } = context;
  const plan = planOf(values, context);
  prepareFolder(values.text('out'), context);
  const checkpoint = new Checkpoint(values, plan, context);
  const answer = await search(plan, checkpoint, values, context);
  const files = filesFor(answer.found, values.text('out'));
  if (values.has('json')) {
    const head = { tool: 'iommucheck', toolVersion: io.version, command: 'check' };
    io.stdout.write(canonicalJson({ ...head, ...answer }));
  } else {
    for (const found of answer.found)
      io.stdout.write(`${describeFound(found, files.get(found) ?? null, context)}\n`);
    io.stdout.write(scopeText(answer, titlesOf(services.catalogue), paint));
  }
  writeFindings(files, context);
  const codes = { holds: exit.holds, violated: exit.violation, inconclusive: exit.inconclusive };
  return codes[answer.verdict];
}

function planOf(values: Values, { services: { catalogue } }: Context): ScopePlan {
  const engines = enginesNamed(values, catalogue);
  if (engines.length > 1)
    throw usageError('a scope is of one revision or defect', 'run the command once for each');
  const size = sizeOf(values.text('scope') as string);
  const plan: ScopePlan = {
    engine: engines[0] ?? ({ revision: 'reference', deltas: [] } satisfies EngineRef),
    subsystems: subsystemsNamed(values),
    contexts: values.all('context'),
    ...size,
    vocabulary: vocabularyNamed(values, size),
    faults: wholeNumber(values, 'faults', 0) ?? null,
    reductions: reductionsNamed(values.text('reductions') ?? 'all'),
    maxStates: wholeNumber(values, 'max-states', 1) ?? defaultMaxStates,
  };
  checkContexts(plan);
  return plan;
}

function sizeOf(text: string): Pick<ScopePlan, 'tasks' | 'operations'> {
  const match = /^([1-9])x([1-9])$/.exec(text);
  if (match !== null) return { tasks: Number(match[1]), operations: Number(match[2]) };
  throw usageError(
    `--scope ${text}: expected <tasks>x<operations of each>, both from 1 to ${most}`,
    'try: iommucheck check --scope 2x2',
  );
}

function vocabularyNamed(
  values: Values,
  { tasks, operations }: Pick<ScopePlan, 'tasks' | 'operations'>,
): VocabularySize {
  const name = values.text('vocabulary') ?? defaultVocabulary(tasks, operations);
  const size = vocabularies.find((v) => v === name);
  if (size !== undefined) return size;
  throw unknownName('vocabulary', 'vocabularies', name, vocabularies, 'iommucheck check --help');
}

function subsystemsNamed(values: Values): readonly Subsystem[] {
  const names: readonly string[] = [...subsystems, 'all'];
  const chosen = values.all('subsystem');
  for (const name of chosen)
    if (!names.includes(name))
      throw unknownName('subsystem', 'subsystems', name, names, 'iommucheck check --help');
  if (chosen.length === 0 || chosen.includes('all')) return subsystems;
  return subsystems.filter((s) => chosen.includes(s));
}

function reductionsNamed(text: string): readonly Reduction[] {
  if (text === 'all') return reductions;
  if (text === 'none') return [];
  const names = text.split(',');
  for (const name of names)
    if (!(reductions as readonly string[]).includes(name))
      throw unknownName('reduction', 'reductions', name, reductions, 'iommucheck check --help');
  return reductions.filter((r) => names.includes(r));
}

function checkContexts(plan: ScopePlan): void {
  const all = contextsOf({ ...plan, contexts: [] }).map((c) => c.id);
  for (const id of plan.contexts)
    if (!all.includes(id))
      throw unknownName('context', 'contexts', id, all, 'iommucheck check --scope 1x1');
}

async function search(
  plan: ScopePlan,
  checkpoint: Checkpoint,
  values: Values,
  { io, services }: Context,
): Promise<ScopeAnswer> {
  const workers = wholeNumber(values, 'workers', 1) ?? io.cores;
  const { stderr } = io;
  const start = io.clock.nowMs();
  const progress = new Progress((t) => stderr.write(t), stderr.isTTY, stderr.columns, start);
  const events: Parameters<typeof services.scope>[3] = {
    progress: (at) => {
      const now = io.clock.nowMs();
      progress.update(scopeProgressText(at, now - start), now);
      checkpoint.keep(at.progress, now);
    },
  };
  try {
    return await services.scope(plan, workers, checkpoint.begun, events, io.signal);
  } finally {
    progress.clear();
    checkpoint.flush();
  }
}
