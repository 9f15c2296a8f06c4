// What a check found, as a table: for each property that some engine violates, how often each engine
// does, and which deltas are to blame.

import type { CheckItem, Found } from './check.ts';
import type { EngineRef } from './catalogue.ts';

export interface MatrixCell {
  /** Findings that differ in their key or in what they come from. */
  readonly findings: number;
  /** What each of them comes from: ids of deltas, those that are needed together in one list. */
  readonly causes: readonly (readonly string[])[];
}

export interface Matrix {
  /** The columns. */
  readonly engines: readonly EngineRef[];
  /** By property; a cell for each engine. */
  readonly rows: readonly { readonly property: string; readonly cells: readonly MatrixCell[] }[];
}

export function matrixOf(items: readonly CheckItem[]): Matrix {
  const engines = [...new Set(items.map((item) => item.engine))];
  const founds = engines.map((engine) =>
    items.filter((item) => item.engine === engine).flatMap((item) => item.found),
  );
  const properties = [...new Set(founds.flat().map((f) => f.finding.property))].sort();
  const rows = properties.map((property) => ({
    property,
    cells: founds.map((all) => cellOf(all.filter((f) => f.finding.property === property))),
  }));
  return { engines, rows };
}

function cellOf(founds: readonly Found[]): MatrixCell {
  const findings = new Set(founds.map((f) => JSON.stringify([f.finding.key, f.causes])));
  const causes = new Set(founds.map((f) => JSON.stringify(f.causes)));
  return {
    findings: findings.size,
    causes: [...causes].sort().map((text) => JSON.parse(text) as readonly string[]),
  };
}
