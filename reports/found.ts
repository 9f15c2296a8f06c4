// What was found on one engine, by cause: a defect, the finding that shows it best, and what else it
// breaks.

import type { DeltaInfo } from '../fuzz/catalogue.ts';
import type { Found } from '../fuzz/check.ts';
import type { Painter } from './colour.ts';
import { plural } from './words.ts';

/** Looks up what the catalogue says. */
export interface Titles {
  property(id: string): { readonly title: string };
  /** Undefined for a delta that the catalogue does not have. */
  delta(id: string): Pick<DeltaInfo, 'title' | 'kind' | 'violates'> | undefined;
}

interface Group {
  /** The defects to blame; empty where none of the known ones is. */
  readonly defects: readonly string[];
  readonly founds: Found[];
}

export function foundLines(
  engine: string,
  founds: readonly Found[],
  titles: Titles,
  paint: Painter,
): string[] {
  if (founds.length === 0) return [];
  const groups = byCause(founds, titles);
  const width = Math.max(...groups.map((g) => nameOf(g).length));
  const alone = groups.filter((g) => g.defects.length === 1).length;
  const defects = alone === 0 ? '' : `${plural(alone, 'defect')}, `;
  const head = paint('bold', `${engine}: ${defects}${plural(founds.length, 'violation')}`);
  return ['', head, ...groups.flatMap((group) => groupLines(group, width, titles, paint))];
}

/** One defect alone first, then what needs several together. */
function byCause(founds: readonly Found[], titles: Titles): Group[] {
  const groups = new Map<string, Group>();
  for (const found of founds) {
    const defects = found.causes.filter((id) => titles.delta(id)?.kind !== 'divergence');
    const known = groups.get(defects.join(' '));
    if (known === undefined) groups.set(defects.join(' '), { defects, founds: [found] });
    else known.founds.push(found);
  }
  return [...groups.values()].sort((a, b) => a.defects.length - b.defects.length);
}

const nameOf = ({ defects }: Group) => defects.join(' + ');

function groupLines(group: Group, width: number, titles: Titles, paint: Painter): string[] {
  const best = bestOf(group, titles);
  const indent = ' '.repeat(width + 4);
  const { property, key, size } = best.finding;
  const small = [
    plural(size.tasks, 'task'),
    plural(size.operations, 'operation'),
    plural(size.preemptions, 'preemption'),
  ].join(', ');
  const [only] = group.defects;
  const title =
    group.defects.length === 1 && only !== undefined
      ? (titles.delta(only)?.title ?? titles.property(property).title)
      : titles.property(property).title;
  const others = group.founds.filter((f) => f !== best).map(({ finding }) => shortName(finding));
  return [
    `  ${paint('bold', nameOf(group).padEnd(width))}  ${title}`,
    `${indent}${paint('red', property)}${key === '' ? '' : ` (${key})`}: ${small}`,
    ...wrapped('also ', others, indent, 100),
  ];
}

/** The finding by the property that the defect names, else the smallest. */
function bestOf({ defects, founds }: Group, titles: Titles): Found {
  const wanted = defects.map((id) => titles.delta(id)?.violates);
  const rank = ({ finding: { property, size } }: Found) =>
    (wanted.includes(property) ? 0 : 1e6) +
    size.operations * 1e4 +
    size.tasks * 1e2 +
    size.preemptions;
  return [...founds].sort((a, b) => rank(a) - rank(b))[0] as Found;
}

const shortName = ({ property, key }: Found['finding']) =>
  key === '' ? property : `${property} (${key})`;

function wrapped(
  lead: string,
  items: readonly string[],
  indent: string,
  columns: number,
): string[] {
  const lines: string[] = [];
  let line = '';
  items.forEach((item, i) => {
    const next = `${item}${i === items.length - 1 ? '' : ', '}`;
    if (line !== '' && indent.length + line.length + next.length > columns) {
      lines.push(`${indent}${line.trimEnd()}`);
      line = ' '.repeat(lead.length);
    }
    line += line === '' ? `${lead}${next}` : next;
  });
  return line === '' ? lines : [...lines, `${indent}${line}`];
}
