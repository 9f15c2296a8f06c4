// The generated documents: tables of the catalogues and diagrams of the machines, as Markdown. Pure
// functions; cli/docs.ts writes the files, a test compares them.

import { type Subsystem, subsystems } from '../engine/index.ts';
import type { Catalogue, DeltaInfo, PropertyInfo, RevisionInfo } from '../fuzz/catalogue.ts';
import { machines, toMermaid } from '../model/index.ts';
import { invariants } from '../properties/invariants.ts';
import { iommuPromises } from '../properties/linearizability/iommu.ts';
import type { Promised } from '../properties/linearizability/promise.ts';
import { spaprPromises } from '../properties/linearizability/spapr.ts';

/** What the documents need of a scenario beyond its catalogue entry. */
export interface ScenarioRow {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly subsystem: Subsystem;
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

/** A heading and a part of the page for each subsystem that has something, in their order. */
function bySubsystem<T extends { readonly subsystem: Subsystem | null }>(
  items: readonly T[],
  write: (items: readonly T[]) => readonly string[],
): string[] {
  return [...subsystems, null].flatMap((subsystem) => {
    const mine = items.filter((item) => item.subsystem === subsystem);
    return mine.length === 0 ? [] : [`## ${subsystem ?? 'all subsystems'}`, ...write(mine)];
  });
}

function propertiesPage({ properties, deltas }: Catalogue): string {
  const by = (id: string) => deltas.filter((d) => d.violates === id).map((d) => d.id);
  const row = ({ id, title, rule, source, blame }: PropertyInfo) => {
    const whose = blame === 'engine' ? 'the kernel' : 'the caller';
    return [id, title, rule, whose, source, list(by(id))];
  };
  const head = ['id', 'title', 'rule', 'blame', 'source', 'violated by'];
  return page(
    'Properties',
    'What must hold, and the defects that must be caught by it.',
    ...bySubsystem(properties, (mine) => [table(head, mine.map(row))]),
  );
}

function defectsPage({ deltas, revisions }: Catalogue): string {
  const row = (d: DeltaInfo) => [d.id, d.title, d.trigger, d.source, list(having(revisions, d.id))];
  const defectRow = (d: DeltaInfo) => {
    const [id = '', title = '', ...rest] = row(d);
    return [id, title, d.class, d.violates ?? '–', ...rest];
  };
  const both = (mine: readonly DeltaInfo[]) => {
    const defects = mine.filter((d) => d.kind === 'defect');
    const divergences = mine.filter((d) => d.kind === 'divergence');
    return [
      ...(defects.length === 0 ? [] : [table(defectHead, defects.map(defectRow))]),
      ...(divergences.length === 0 ? [] : [table(divergenceHead, divergences.map(row))]),
    ];
  };
  return page(
    'Defects and divergences',
    'Differences from the reference engine. A defect breaks the property named beside it. A divergence\n' +
      'is meant or documented, and by itself is nobody’s fault.',
    ...bySubsystem(deltas, both),
    '## Revisions',
    'Each is the reference with these deltas.',
    table(
      ['id', 'title', 'about', 'source', 'deltas'],
      revisions.map((r) => [r.id, r.title, aboutText(r), r.source, list(r.deltas)]),
    ),
  );
}

const defectHead = ['id', 'title', 'class', 'violates', 'trigger', 'source', 'revisions'];
const divergenceHead = ['id', 'title', 'trigger', 'source', 'revisions'];

const aboutText = ({ subsystems: about }: RevisionInfo) =>
  about.length === subsystems.length ? 'all subsystems' : about.join(', ');

function scenariosPage(scenarios: readonly ScenarioRow[]): string {
  const row = (s: ScenarioRow) => [s.id, s.title, s.about, s.program, list(s.notOn ?? [])];
  const head = ['id', 'title', 'about', 'program', 'not on'];
  return page(
    'Scenarios',
    'The bundled programs that `check` explores exhaustively: setup, then tasks side by side.',
    ...bySubsystem(scenarios, (mine) => [table(head, mine.map(row))]),
  );
}

function machinesPage(): string {
  return page(
    'Machines',
    'What each object may do. A label is: event [guard] / effects = result.',
    ...machines.map(
      ({ title, machine }) => `## ${title}\n\n\`\`\`mermaid\n${toMermaid(machine)}\n\`\`\``,
    ),
  );
}

function invariantsPage(): string {
  const rows = invariants.map((i) => [i.invariant, list(i.properties), i.reasons.join(' ')]);
  return page(
    'Invariants',
    'Every numbered invariant of the spec files: the properties that say it, or why there is none.',
    table(['invariant', 'properties', 'notes'], rows),
  );
}

type AnyPromises = Readonly<Record<string, Promised<never, never>>>;

function atomicityPage(): string {
  const kinds = {
    whole: 'yes: CON-103',
    step: 'yes: CON-101',
    parts: 'no',
    open: 'the machines leave it open',
  } as const;
  const row = ([op, promised]: [string, Promised<never, never>]) => [
    op,
    kinds[promised.promise],
    promised.why,
    promised.promise === 'whole' ? promised.where : '',
  ];
  const of = (promises: AnyPromises) =>
    table(['operation', 'atomic', 'why', 'where'], Object.entries(promises).map(row));
  return page(
    'Atomicity',
    'Which operations promise to take effect at one moment between their call and their return. Where\n' +
      'the machines have one step for them, CON-101 holds them to it. Where the machines have several,\n' +
      'CON-103 takes these as one. The others are refined in small steps alone.',
    '## spapr',
    of(spaprPromises),
    '## iommu',
    of(iommuPromises),
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
    'INVARIANTS.md': invariantsPage(),
    'SCENARIOS.md': scenariosPage(scenarios),
    'MACHINES.md': machinesPage(),
    'ATOMICITY.md': atomicityPage(),
  };
}
