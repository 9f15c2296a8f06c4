// docs/SCOPES.md: for every defect of the catalogue, the smallest scope that finds it.

import { type Subsystem, subsystems } from '../engine/subsystems.ts';
import type { Catalogue } from '../fuzz/catalogue.ts';
import type { SmallestScope } from '../fuzz/scopes/smallestScope.ts';
import { opText, plural } from './words.ts';

const intro = `# Scopes

For every defect of the catalogue, the smallest scope that finds it: programs were tried by increasing
size (operations, then tasks), over the contexts of the bundled scenarios that show the defect, until one
violated the property that the defect names and the reference did not. A context is a host with a setup
and refusals, and a vocabulary; the setup counts as given. \`iommucheck check --scope 2x2\` prints the
contexts; \`npm run scopes\` writes this page.
`;

const head = ['defect', 'property', 'scope', 'tasks', 'context', 'programs'];

export function scopesPage(rows: readonly SmallestScope[], catalogue: Catalogue): string {
  const found = rows.filter((row) => row.found !== null);
  const within = found.filter((row) => scopeOf(row).every((n) => n <= 2)).length;
  const summary =
    `${found.length} of ${plural(rows.length, 'defect')} are found, ` +
    `${within} of them in 2x2.\n`;
  const parts = subsystems.map((s) => part(s, rows, catalogue)).filter((text) => text !== '');
  return [intro, summary, ...parts, ...missing(rows)].join('\n');
}

/** Tasks, and operations of the longest. */
function scopeOf({ found }: SmallestScope): readonly [number, number] {
  const shape = found?.shape ?? [];
  return [shape.length, Math.max(0, ...shape)];
}

function part(subsystem: Subsystem, rows: readonly SmallestScope[], catalogue: Catalogue): string {
  const of = (row: SmallestScope) => catalogue.deltas.find((d) => d.id === row.defect);
  const mine = rows.filter((row) => row.found !== null && of(row)?.subsystem === subsystem);
  if (mine.length === 0) return '';
  const cells = mine.map((row) => {
    const { found, programs } = row as SmallestScope & { found: NonNullable<typeof row.found> };
    const { program, context } = found;
    const tasks = program.tasks.map(({ ops }) => ops.map((op) => opText(op, program)).join('; '));
    const scope = `${scopeOf(row).join('x')}${row.complete ? '' : ' or less'}`;
    return [row.defect, row.property, scope, tasks.join(' ∥ '), context, `${programs}`];
  });
  const lines = [head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`);
  return `## ${subsystem}\n\n${lines.join('\n')}\n`;
}

function missing(rows: readonly SmallestScope[]): string[] {
  const lost = rows.filter((row) => row.found === null);
  if (lost.length === 0) return [];
  const lines = lost.map(({ defect, property, contexts, programs }) => {
    const why =
      contexts === 0 ? 'no scenario shows it' : `not in the first ${programs} programs by size`;
    return `- ${defect} (${property}): ${why}`;
  });
  return [`## Not found\n\n${lines.join('\n')}\n`];
}
