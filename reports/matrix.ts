// The table of properties and revisions: as text after a check, and as the document docs/MATRIX.md.

import type { Catalogue, DeltaInfo, RevisionInfo } from '../fuzz/catalogue.ts';
import type { Matrix, MatrixCell } from '../fuzz/matrix.ts';
import { type Painter, plain } from './colour.ts';
import { engineName } from './words.ts';

/** Columns of a line of text. */
const maxWidth = 100;

/** Properties by engines, how many findings each; as many engines side by side as fit a line. */
export function matrixText({ engines, rows }: Matrix, paint: Painter = plain): string {
  const names = engines.map(engineName);
  const first = Math.max('property'.length, ...rows.map((row) => row.property.length));
  const lines = chunks(names, maxWidth - first).flatMap((columns) => {
    const shown = rows.filter((row) => columns.some((i) => row.cells[i]?.findings !== 0));
    if (shown.length === 0) return [];
    const line = (head: string, cells: readonly string[]) =>
      [head.padEnd(first), ...cells.map((text, i) => text.padEnd(nameAt(names, columns, i).length))]
        .join('  ')
        .trimEnd();
    const head = paint(
      'bold',
      line(
        'property',
        columns.map((i) => names[i] ?? ''),
      ),
    );
    const body = shown.map(({ property, cells }) =>
      line(
        property,
        columns.map((i) => countText(cells[i])),
      ),
    );
    return ['', head, ...body];
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

const nameAt = (names: readonly string[], columns: readonly number[], i: number) =>
  names[columns[i] ?? 0] ?? '';

const countText = (cell: MatrixCell | undefined) =>
  cell === undefined || cell.findings === 0 ? '·' : `${cell.findings}`;

/** Indices of names in groups that fit into `width` with two blanks before each. */
function chunks(names: readonly string[], width: number): number[][] {
  const groups: number[][] = [];
  let left = 0;
  names.forEach((name, i) => {
    left -= name.length + 2;
    if (left < 0 || groups.length === 0) {
      groups.push([]);
      left = width - name.length - 2;
    }
    groups.at(-1)?.push(i);
  });
  return groups;
}

const escaped = (text: string) => text.replaceAll('|', '\\|');

/** The document: a table for each list of subsystems, in its cells the deltas to blame. */
export function matrixPage(matrix: Matrix, catalogue: Catalogue): string {
  const byId = new Map(catalogue.revisions.map((r) => [r.id, r]));
  const about = (revision: RevisionInfo) => revision.subsystems.join(', ');
  const topics = [...new Set(catalogue.revisions.filter((r) => r.deltas.length > 0).map(about))];
  const tables = topics.map((topic) => {
    const columns = matrix.engines.flatMap(({ revision }, i) => {
      const info = byId.get(revision);
      return info !== undefined && info.deltas.length > 0 && about(info) === topic ? [i] : [];
    });
    return `## ${topic}\n\n${tableOf(matrix, columns, catalogue)}`;
  });
  const parts = [
    '# What each revision violates',
    '<!-- Written by `npm run matrix`; do not edit. -->',
    'Found by `iommucheck check` in the bundled scenarios. In each cell: the defects without which the\n' +
      'violation disappears. The reference violates nothing.',
    ...tables,
    ...hiddenTable(catalogue),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** What a revision has and does not show: another of its defects comes first. */
function hiddenTable({ revisions, deltas }: Catalogue): string[] {
  const title = (id: string) => deltas.find((d) => d.id === id)?.title ?? '';
  const rows = revisions.flatMap(({ id, hidden }) =>
    Object.entries(hidden ?? {}).map(([defect, why]) => [id, defect, title(defect), why]),
  );
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  const head = [line(['revision', 'defect', 'title', 'hidden']), '|---|---|---|---|'];
  return [
    '## hidden\n\nDefects of a revision that none of its violations comes from. Alone on the reference,\n' +
      'each is found.',
    [...head, ...rows.map(line)].join('\n'),
  ];
}

function tableOf({ engines, rows }: Matrix, columns: readonly number[], catalogue: Catalogue) {
  const shown = rows.filter((row) => columns.some((i) => row.cells[i]?.findings !== 0));
  if (shown.length === 0)
    return 'None of these revisions violates anything that the scenarios show.';
  const title = (id: string) => catalogue.properties.find((p) => p.id === id)?.title ?? '';
  const row = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  const names = columns.map((i) => engines[i]?.revision ?? '');
  return [
    row(['property', 'title', ...names]),
    `|${'---|'.repeat(columns.length + 2)}`,
    ...shown.map(({ property, cells }) =>
      row([
        property,
        title(property),
        ...columns.map((i) => blameText(cells[i], catalogue.deltas)),
      ]),
    ),
  ].join('\n');
}

/** Defects by name, joined where they are needed together; a divergence only where it is alone. */
function blameText(cell: MatrixCell | undefined, deltas: readonly DeltaInfo[]): string {
  if (cell === undefined || cell.findings === 0) return '·';
  const isDefect = (id: string) => deltas.find((d) => d.id === id)?.kind !== 'divergence';
  const blamed = cell.causes.map((ids) => {
    const defects = ids.filter(isDefect);
    return (defects.length === 0 ? ids : defects).join(' + ') || '?';
  });
  return [...new Set(blamed)].sort().join(', ');
}
