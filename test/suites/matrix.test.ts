// One check of every revision: each scenario violates there what it is said to violate, and the table
// of docs/MATRIX.md is what comes out.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { checkAll, matrixDocument } from '../../cli/matrix.ts';
import { revisions } from '../../engine/revisions/index.ts';
import type { CheckItem } from '../../fuzz/check.ts';
import { scenarios } from '../../fuzz/scenarios/index.ts';
import { scenariosOf } from './search.ts';

let items: readonly CheckItem[] = [];

beforeAll(async () => {
  items = await checkAll(1);
}, 600_000);

const expected = revisions.flatMap((revision) =>
  scenariosOf(revision.id).flatMap(({ id, expect: by }) => {
    if (by === undefined && revision.id !== 'reference') return [];
    return [[id, revision.id, by?.[revision.id] ?? []] as const];
  }),
);

test.each(expected)('%s on %s violates %j', (scenario, revision, properties) => {
  const item = items.find((i) => i.scenario === scenario && i.engine.revision === revision);
  expect(item?.reason).toBeNull();
  expect(item?.violated).toEqual([...properties].sort());
});

test('expectations name revisions that there are, on which the scenario is run', () => {
  for (const scenario of scenarios)
    for (const id of Object.keys(scenario.expect ?? {}))
      expect([scenario.id, id, scenariosOf(id).includes(scenario)]).toEqual([
        scenario.id,
        id,
        true,
      ]);
});

test.each(revisions.map((r) => [r.id, r] as const))(
  '%s shows each of its defects, but for those that others hide',
  (id, { deltas, hidden }) => {
    const found = items.filter((i) => i.engine.revision === id).flatMap((i) => i.found);
    const blamed = new Set(found.flatMap(({ causes }) => causes));
    const unseen = deltas.filter((d) => d.kind === 'defect' && !blamed.has(d.id)).map((d) => d.id);
    expect(unseen).toEqual(Object.keys(hidden ?? {}));
  },
);

test('docs/MATRIX.md is what `npm run matrix` writes', () => {
  const path = resolve(import.meta.dirname, '../../docs/MATRIX.md');
  expect(readFileSync(path, 'utf8')).toBe(matrixDocument(items));
});
