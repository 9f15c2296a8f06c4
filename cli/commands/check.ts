// iommucheck check: the bundled scenarios, exhaustively.

import type { EngineRef } from '../../fuzz/catalogue.ts';
import type { CheckItem, Found } from '../../fuzz/check.ts';
import { canonicalJson } from '../../fuzz/finding/index.ts';
import { matrixOf } from '../../fuzz/matrix.ts';
import { checkProgressText, Progress } from '../../reports/progress.ts';
import { matrixText } from '../../reports/matrix.ts';
import { checkSummary, distinct, verdictOf } from '../../reports/summary.ts';
import { type Command, type Context, jsonOption, type Values } from '../command.ts';
import { allEngines, engineOptions, enginesNamed, titlesOf } from '../engines.ts';
import { exit, type ExitCode, usageError } from '../exit.ts';
import {
  describeFound,
  type FileMap,
  filesFor,
  prepareFolder,
  writeFindings,
} from '../findings.ts';
import { defaultMaxStates } from '../limits.ts';
import { wholeNumber } from '../parse.ts';
import { unknownName } from '../suggest.ts';
import { asksForScope, checkScope, scopeOptions } from './checkScope.ts';

export const check: Command = {
  name: 'check',
  summary: 'explore the bundled scenarios exhaustively and print what they violate',
  positionals: '',
  maxPositionals: 0,
  options: {
    ...engineOptions,
    scenario: {
      type: 'string',
      multiple: true,
      value: '<id>',
      help: 'only this scenario; see iommucheck scenarios',
    },
    callers: {
      type: 'boolean',
      help: 'only in-kernel callers that break contracts, on the reference: the fault is theirs',
    },
    full: { type: 'boolean', help: 'every counterexample in full, also for many revisions' },
    out: { type: 'string', value: '<folder>', help: 'write each finding to a file of its own' },
    'max-states': {
      type: 'string',
      value: '<n>',
      help: `states after which a scenario, or a program of a scope, is inconclusive (default ${defaultMaxStates})`,
    },
    workers: { type: 'string', value: '<n>', help: 'threads to use (default: all cores)' },
    ...scopeOptions,
    json: jsonOption,
  },
  examples: [
    'iommucheck check',
    'iommucheck check --revision spapr/6.12 --out findings',
    'iommucheck check --defect B1',
    'iommucheck check --scope 2x2 --subsystem registration',
  ],
  run: async (values, context) => {
    if (asksForScope(values)) return checkScope(values, context);
    const plan = planOf(values, context);
    prepareFolder(values.text('out'), context);
    const items = await search(plan, context);
    if (items.length === 0 && !context.io.signal.aborted)
      throw usageError(
        'none of these scenarios says anything about these revisions',
        'revisions and scenarios are listed by subsystem: iommucheck revisions, iommucheck scenarios',
      );
    const founds = distinctByEngine(items);
    const files = filesFor(founds, values.text('out'));
    if (values.has('json')) printJson(items, context);
    else {
      const full = values.has('full') || plan.engines.length === 1;
      if (full) printFull(founds, files, context);
      printSummary(items, files, context);
      if (!full && founds.length > 0) context.io.stdout.write(`\n${forMore}\n`);
    }
    writeFindings(files, context);
    return exitOf(items);
  },
};

const reference: EngineRef = { revision: 'reference', deltas: [] };

function planOf(values: Values, { io, services: { catalogue } }: Context) {
  const named = enginesNamed(values, catalogue);
  const ids = catalogue.scenarios.map((s) => s.id);
  const chosen = values.all('scenario');
  for (const id of chosen)
    if (!ids.includes(id))
      throw unknownName('scenario', 'scenarios', id, ids, 'iommucheck scenarios');
  const careless = values.has('callers');
  const bundled = catalogue.scenarios
    .filter((s) => (s.callers === 'careless') === careless)
    .map((s) => s.id);
  return {
    engines: named.length > 0 ? named : careless ? [reference] : allEngines(catalogue),
    scenarios: chosen.length > 0 ? chosen : bundled,
    named: chosen.length > 0 || careless,
    maxStates: wholeNumber(values, 'max-states', 1) ?? defaultMaxStates,
    workers: wholeNumber(values, 'workers', 1) ?? io.cores,
  };
}

async function search(
  plan: ReturnType<typeof planOf>,
  { io, services }: Context,
): Promise<readonly CheckItem[]> {
  const start = io.clock.nowMs();
  const { stderr } = io;
  const progress = new Progress((t) => stderr.write(t), stderr.isTTY, stderr.columns, start);
  const events = {
    progress: (at: Parameters<typeof checkProgressText>[0]) => {
      const now = io.clock.nowMs();
      progress.update(checkProgressText(at, now - start), now);
    },
    done: () => {},
  };
  try {
    return await services.check(plan, events, io.signal);
  } finally {
    progress.clear();
  }
}

/** One finding for each engine, property, key and cause: the smallest that any scenario shows. */
function distinctByEngine(items: readonly CheckItem[]) {
  const engines = [...new Set(items.map((item) => item.engine))];
  return engines.flatMap((engine) =>
    distinct(items.filter((item) => item.engine === engine).flatMap((item) => item.found)),
  );
}

const forMore =
  'for the counterexamples: iommucheck check --revision <id>, or --full for all of them';

function printFull(founds: readonly Found[], files: FileMap, context: Context): void {
  for (const found of founds)
    context.io.stdout.write(`${describeFound(found, files.get(found) ?? null, context)}\n`);
}

function printSummary(items: readonly CheckItem[], files: FileMap, context: Context): void {
  const { io, paint, services } = context;
  const finished = !io.signal.aborted;
  io.stdout.write(checkSummary(items, titlesOf(services.catalogue), paint, finished));
  const matrix = matrixOf(items);
  if (matrix.engines.length > 1) io.stdout.write(matrixText(matrix, paint));
  if (files.size > 0) io.stdout.write(`\nfiles: ${[...files.values()].join('\n       ')}\n`);
}

function printJson(items: readonly CheckItem[], { io }: Context): void {
  const head = { tool: 'iommucheck', toolVersion: io.version, command: 'check' };
  const finished = !io.signal.aborted;
  io.stdout.write(canonicalJson({ ...head, finished, items, matrix: matrixOf(items) }));
}

function exitOf(items: readonly CheckItem[]): ExitCode {
  const codes = { holds: exit.holds, violated: exit.violation, inconclusive: exit.inconclusive };
  return codes[verdictOf(items)];
}
