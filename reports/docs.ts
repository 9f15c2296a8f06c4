// The generated documents: tables of the catalogues and diagrams of the machines, as Markdown. Pure
// functions; cli/docs.ts writes the files, a test compares them.

import type { Catalogue, DeltaInfo, RevisionInfo } from '../fuzz/catalogue.ts';
import {
  containerMachine,
  entryMachine,
  regionMachine,
  toMermaid,
  windowMachine,
} from '../model/index.ts';

/** What the documents need of a scenario beyond its catalogue entry. */
export interface ScenarioRow {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly notOn?: readonly string[];
  /** Setup and tasks, an operation a word or two. */
  readonly program: string;
}

const generated = '<!-- Written by `npm run docs`; do not edit. -->';

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

const page = (title: string, ...parts: readonly string[]) =>
  `${[`# ${title}`, generated, ...parts].join('\n\n')}\n`;

const having = (revisions: readonly RevisionInfo[], id: string) =>
  revisions.filter((r) => r.deltas.includes(id)).map((r) => r.id);

const list = (items: readonly string[]) => items.join(', ') || '–';

function propertiesPage({ properties, deltas }: Catalogue): string {
  const by = (id: string) => deltas.filter((d) => d.violates === id).map((d) => d.id);
  const rows = properties.map(({ id, title, rule, source }) => [
    id,
    title,
    rule,
    source,
    list(by(id)),
  ]);
  return page(
    'Properties',
    'What must hold, and the defects that must be caught by it.',
    table(['id', 'title', 'rule', 'source', 'violated by'], rows),
  );
}

function defectsPage({ deltas, revisions }: Catalogue): string {
  const row = (d: DeltaInfo) => [d.id, d.title, d.trigger, d.source, list(having(revisions, d.id))];
  const defects = deltas.filter((d) => d.kind === 'defect');
  const divergences = deltas.filter((d) => d.kind === 'divergence');
  return page(
    'Defects and divergences',
    'Differences from the reference engine. A defect breaks the property named beside it.',
    table(
      ['id', 'title', 'class', 'violates', 'trigger', 'source', 'revisions'],
      defects.map((d) => {
        const [id = '', title = '', ...rest] = row(d);
        return [id, title, d.class, d.violates ?? '–', ...rest];
      }),
    ),
    'A divergence is meant or documented, and by itself is nobody’s fault.',
    table(['id', 'title', 'trigger', 'source', 'revisions'], divergences.map(row)),
    'Revisions: each is the reference with these deltas.',
    table(
      ['id', 'title', 'source', 'deltas'],
      revisions.map((r) => [r.id, r.title, r.source, list(r.deltas)]),
    ),
  );
}

function scenariosPage(scenarios: readonly ScenarioRow[]): string {
  return page(
    'Scenarios',
    'The bundled programs that `check` explores exhaustively: setup, then tasks side by side.',
    table(
      ['id', 'title', 'about', 'program', 'not on'],
      scenarios.map((s) => [s.id, s.title, s.about, s.program, list(s.notOn ?? [])]),
    ),
  );
}

function machinesPage(): string {
  const machines: readonly (readonly [string, Parameters<typeof toMermaid>[0]])[] = [
    ['Region', regionMachine],
    ['Container', containerMachine],
    ['Window', windowMachine],
    ['Entry', entryMachine],
  ];
  return page(
    'Machines',
    'What each object may do. A label is: event [guard] / effects = result.',
    ...machines.map(
      ([title, machine]) => `## ${title}\n\n\`\`\`mermaid\n${toMermaid(machine)}\n\`\`\``,
    ),
  );
}

/** The text of each generated document, by its name in docs/. */
export function generatedDocs(
  catalogue: Catalogue,
  scenarios: readonly ScenarioRow[],
): Readonly<Record<string, string>> {
  return {
    'PROPERTIES.md': propertiesPage(catalogue),
    'DEFECTS.md': defectsPage(catalogue),
    'SCENARIOS.md': scenariosPage(scenarios),
    'MACHINES.md': machinesPage(),
  };
}
