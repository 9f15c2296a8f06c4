// The comparison as text: one table for a terminal, the same in Markdown with what follows from it.

import { short } from '../harness.ts';
import type { Compared } from './compare.ts';
import { best, type Summary, summarise } from './summary.ts';
import { wilson } from './wilson.ts';

type Row = readonly string[];

const count = (value: number) => (value >= 99.5 ? value.toFixed(0) : value.toPrecision(2));

/** Hits in 10 000 runs, and the interval. */
function rateText({ hits, runs }: Compared): string {
  const { low, high } = wilson(hits, runs);
  const [rate, from, to] = [hits / runs, low, high].map((p) => (p === 0 ? '0' : count(p * 1e4)));
  return `${rate} (${from}–${to})`;
}

export function rateRows(all: readonly Compared[]): Row[] {
  const schedulers = [...new Set(all.map((c) => c.scheduler))];
  const defects = [...new Set(all.map((c) => c.defect))];
  const cell = (defect: string, scheduler: string) =>
    all.filter((c) => c.defect === defect && c.scheduler === scheduler).map(rateText);
  return [
    ['defect', ...schedulers],
    ...defects.map((defect) => [defect, ...schedulers.flatMap((s) => cell(defect, s))]),
  ];
}

export function summaryRows(all: readonly Compared[]): Row[] {
  const defects = new Set(all.map((c) => c.defect)).size;
  const row = (s: Summary): Row => [
    s.scheduler,
    `${s.found} of ${defects}`,
    count(s.rate),
    short(s.runsToHit),
    `${short(s.timeToHitMs)} ms`,
    s.stepsPerRun.toFixed(1),
    `${(s.timePerRunMs * 1000).toFixed(0)} µs`,
  ];
  return [
    ['scheduler', 'found', 'rate', 'runs to a hit', 'time to a hit', 'steps/run', 'time/run'],
    ...summarise(all).map(row),
  ];
}

export function textTable(rows: readonly Row[]): string {
  const width = (column: number) => Math.max(...rows.map((row) => (row[column] ?? '').length));
  const line = (row: Row) => row.map((cell, i) => cell.padEnd(width(i))).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}

export function markdownTable([head = [], ...rows]: readonly Row[]): string {
  const line = (row: Row) => `| ${row.join(' | ')} |\n`;
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map(line).join('');
}

/** Which scheduler follows, in one sentence. */
export function conclusion(all: readonly Compared[]): string {
  const summaries = summarise(all);
  const { scheduler, timeToHitMs } = best(summaries);
  const ratios = summaries
    .filter((s) => s.scheduler !== scheduler)
    .map((s) => `${(s.timeToHitMs / timeToHitMs).toFixed(1)} × for \`${s.scheduler}\``);
  return (
    `The default is \`${scheduler}\`: it misses the fewest defects, and of those that miss as few ` +
    `it needs the least time. The time to a hit is ${ratios.join(', ')}.`
  );
}
