// The table for the terminal: one, with a title line before each workload.

import { columns, type Group, textColumns } from './rows.ts';

export function textTable(groups: readonly Group[]): string {
  const widths = columns.map((column, i) =>
    Math.max(
      column.length,
      ...groups.flatMap(({ rows }) => rows.map((row) => row[i]?.length ?? 0)),
    ),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => {
        const width = widths[i] ?? 0;
        return textColumns.includes(columns[i] ?? '') ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  return [
    line(columns),
    ...groups.flatMap(({ title, rows }) => ['', title, ...rows.map((row) => line(row))]),
  ].join('\n');
}
