// What a check or a campaign came to: a table of revisions, then for each what it violates.

import type { CampaignItem } from '../fuzz/campaign.ts';
import type { CheckItem, Found, Verdict } from '../fuzz/check.ts';
import { type Painter, plain, type Style } from './colour.ts';
import { foundLines, type Titles } from './found.ts';
import { engineName, plural } from './words.ts';

/** 950, 12.3 k, 4.56 M: three digits are enough to compare by. */
export function countText(n: number): string {
  const units = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  const unit = n < 10_000 ? undefined : units.find(([size]) => n >= size);
  return unit === undefined ? `${n}` : `${(n / unit[0]).toPrecision(3)} ${unit[1]}`;
}

/** One engine's items, in the order in which the engines first appear. */
function byEngine<T extends CheckItem | CampaignItem>(items: readonly T[]): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = engineName(item.engine);
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return [...groups];
}

export function verdictOf(items: readonly CheckItem[]): Verdict {
  if (items.some((item) => item.verdict === 'violated')) return 'violated';
  return items.some((item) => item.verdict === 'inconclusive') ? 'inconclusive' : 'holds';
}

const verdictStyle: Readonly<Record<Verdict, Style>> = {
  holds: 'green',
  violated: 'red',
  inconclusive: 'yellow',
};

/** Findings of several scenarios: each property, key and cause once, with its smallest finding. */
export function distinct(founds: readonly Found[]): Found[] {
  const best = new Map<string, Found>();
  for (const found of founds) {
    const id = JSON.stringify([found.finding.property, found.finding.key, found.causes]);
    const known = best.get(id);
    if (known === undefined || weight(found) < weight(known)) best.set(id, found);
  }
  return [...best.values()];
}

function weight({ finding: { size } }: Found): number {
  return size.operations * 1e6 + size.tasks * 1e4 + size.preemptions * 1e2 + size.switches;
}

/** `finished`: false where the check was interrupted: then nothing holds, and not all is shrunk. */
export function checkSummary(
  items: readonly CheckItem[],
  titles: Titles,
  paint: Painter = plain,
  finished = true,
): string {
  const groups = byEngine(items);
  const rows = groups.map(([name, of]): Row => {
    const seen = verdictOf(of);
    const verdict = seen === 'holds' && !finished ? 'inconclusive' : seen;
    const states = of.reduce((n, item) => n + item.figures.states, 0);
    const violated = distinct(of.flatMap((item) => item.found));
    const shrunk = violated.map((f) => f.finding.property);
    const known = finished ? shrunk : [...shrunk, ...of.flatMap((item) => item.violated)];
    const properties = [...new Set(known)].sort();
    const cells = [name, `${of.length}`, countText(states), verdict, properties.join(' ')];
    return { cells, style: verdictStyle[verdict] };
  });
  const head = ['revision', 'scenarios', 'states', 'verdict', 'violates'];
  const details = groups.flatMap(([name, of]) => [
    ...foundLines(name, distinct(of.flatMap((item) => item.found)), titles, paint),
    ...inconclusiveLines(name, of),
  ]);
  const end = finished ? [] : ['', 'interrupted: not everything was searched'];
  return `${[...table(head, rows, 3, paint), ...details, ...end].join('\n')}\n`;
}

export function campaignSummary(
  items: readonly CampaignItem[],
  titles: Titles,
  paint: Painter = plain,
): string {
  const rows = items.map((item): Row => {
    const { runs, steps, inconclusive, found } = item;
    const cells = [
      engineName(item.engine),
      countText(runs),
      countText(steps),
      `${inconclusive}`,
      found.length === 0 ? 'none' : plural(found.length, 'violation'),
    ];
    return { cells, style: found.length === 0 ? 'green' : 'red' };
  });
  const head = ['revision', 'runs', 'steps', 'inconclusive', 'found'];
  const details = items.flatMap((item) =>
    foundLines(engineName(item.engine), distinct(item.found), titles, paint),
  );
  return `${[...table(head, rows, 4, paint), ...details].join('\n')}\n`;
}

interface Row {
  readonly cells: readonly string[];
  readonly style: Style;
}

/** Columns of equal width; the column `painted` takes the row's colour. */
function table(head: string[], rows: readonly Row[], painted: number, paint: Painter): string[] {
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map(({ cells }) => (cells[i] as string).length)),
  );
  const line = (cells: readonly string[], style: Style | null) =>
    cells
      .map((cell, i) => {
        const padded = i === cells.length - 1 ? cell : cell.padEnd(widths[i] as number);
        return style !== null && i === painted ? paint(style, padded) : padded;
      })
      .join('  ')
      .trimEnd();
  return [paint('bold', line(head, null)), ...rows.map(({ cells, style }) => line(cells, style))];
}

function inconclusiveLines(engine: string, items: readonly CheckItem[]): string[] {
  const cut = items.filter((item) => item.verdict === 'inconclusive');
  if (cut.length === 0) return [];
  const lines = cut.map((item) => `  ${item.scenario}: ${item.reason ?? 'a bound was hit'}`);
  return ['', `${engine}: ${plural(cut.length, 'scenario')} inconclusive`, ...lines];
}
