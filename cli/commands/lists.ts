// iommucheck defects, revisions, scenarios, properties: what there is, from the catalogue.

import { type Subsystem, subsystems } from '../../engine/index.ts';
import type { Catalogue, DeltaInfo } from '../../fuzz/catalogue.ts';
import { canonicalJson } from '../../fuzz/finding/index.ts';
import type { Painter } from '../../reports/colour.ts';
import { type Command, type Context, jsonOption, type Values } from '../command.ts';
import { deltaOf } from '../engines.ts';
import { exit, type ExitCode } from '../exit.ts';

type Part = 'deltas' | 'revisions' | 'scenarios' | 'properties';
type Row = readonly string[];

/** Rows under the subsystem that they are about. */
interface Grouped {
  readonly about: string;
  readonly row: Row;
}

const everything = 'all subsystems';

const aboutOne = (subsystem: Subsystem | null) => subsystem ?? everything;

const aboutMany = (list: readonly Subsystem[]) =>
  list.length === subsystems.length ? everything : list.join(', ');

function list(
  name: string,
  summary: string,
  part: Part,
  head: Row,
  rows: (catalogue: Catalogue) => Grouped[],
  next: string,
): Command {
  return {
    name,
    summary,
    positionals: '',
    maxPositionals: 0,
    options: { json: jsonOption },
    examples: [`iommucheck ${name}`, `iommucheck ${name} --json`],
    run: async (values, { io, services, paint }) => {
      const { catalogue } = services;
      if (values.has('json')) io.stdout.write(canonicalJson(catalogue[part]));
      else {
        const lines = grouped(head, rows(catalogue), paint);
        io.stdout.write(`${[...lines, '', `next: ${next}`].join('\n')}\n`);
      }
      return exit.holds;
    },
  };
}

/** One table, its rows under a line for each subsystem, in the order in which they first come. */
function grouped(head: Row, rows: readonly Grouped[], paint: Painter): string[] {
  const [first = '', ...lines] = table([head, ...rows.map(({ row }) => row)]);
  const topics = [...new Set(rows.map(({ about }) => about))];
  const under = topics.flatMap((topic) => [
    '',
    paint('bold', topic),
    ...lines.filter((_, i) => rows[i]?.about === topic),
  ]);
  return [paint('bold', first), ...under];
}

function table(rows: readonly Row[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] as number))
      .join('  ')
      .trimEnd(),
  );
}

export const revisions = list(
  'revisions',
  'list the kernel revisions',
  'revisions',
  ['revision', 'deltas', 'title'],
  ({ revisions }) =>
    revisions.map((r) => ({
      about: aboutMany(r.subsystems),
      row: [r.id, `${r.deltas.length}`, r.title],
    })),
  'iommucheck check --revision <id>',
);

export const scenarios = list(
  'scenarios',
  'list the bundled scenarios',
  'scenarios',
  ['scenario', 'title'],
  ({ scenarios }) => scenarios.map((s) => ({ about: aboutOne(s.subsystem), row: [s.id, s.title] })),
  'iommucheck check --scenario <id>',
);

export const properties = list(
  'properties',
  'list the properties and sanitizers',
  'properties',
  ['property', 'title', 'source'],
  ({ properties }) =>
    properties.map((p) => ({ about: aboutOne(p.subsystem), row: [p.id, p.title, p.source] })),
  'iommucheck check',
);

const all = list(
  'defects',
  'list the catalogue of defects and divergences, or show one',
  'deltas',
  ['id', 'kind', 'violates', 'title'],
  ({ deltas }) =>
    deltas.map((d) => ({
      about: aboutOne(d.subsystem),
      row: [d.id, d.kind, d.violates ?? '-', d.title],
    })),
  'iommucheck defects <id>, iommucheck check --defect <id>',
);

export const defects: Command = {
  ...all,
  positionals: '[id]',
  maxPositionals: 1,
  examples: ['iommucheck defects', 'iommucheck defects B1', 'iommucheck defects --json'],
  run: async (values, context) => {
    const [id] = values.positionals;
    return id === undefined ? all.run(values, context) : one(id, values, context);
  },
};

function one(id: string, values: Values, { io, services, paint }: Context): ExitCode {
  const { catalogue } = services;
  const delta = deltaOf(id, catalogue);
  const inRevisions = catalogue.revisions.filter((r) => r.deltas.includes(id)).map((r) => r.id);
  if (values.has('json')) io.stdout.write(canonicalJson({ ...delta, revisions: inRevisions }));
  else
    io.stdout.write(`${paint('bold', `${id}: ${delta.title}`)}\n${detail(delta, inRevisions)}\n`);
  return exit.holds;
}

function detail(delta: DeltaInfo, revisions: readonly string[]): string {
  const next = `iommucheck check --defect ${delta.id}`;
  return table([
    ['kind', `${delta.kind} (${delta.class})`],
    ['subsystem', aboutOne(delta.subsystem)],
    ['violates', delta.violates ?? 'nothing: the kernel means it'],
    ['trigger', delta.trigger],
    ['source', delta.source],
    ['revisions', revisions.length === 0 ? 'none' : revisions.join(', ')],
    ['next', next],
  ])
    .map((line) => `  ${line}`)
    .join('\n');
}
