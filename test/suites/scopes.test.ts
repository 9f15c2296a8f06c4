// docs/SCOPES.md names every defect; some of its rows are found again.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { defects, scopesDocument, smallestScopes } from '../../cli/scopes.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/SCOPES.md'), 'utf8');
const rows = new Map(
  page.split('\n').flatMap((line) => {
    const [, id] = /^\| (\S+) \|/.exec(line) ?? /^- (\S+) \(/.exec(line) ?? [];
    return id === undefined || id === 'defect' || id === '---' ? [] : [[id, line] as const];
  }),
);

test('every defect of the catalogue has a row', () => {
  expect([...rows.keys()].sort()).toEqual([...defects].sort());
});

/** Of every subsystem some that are found at once. */
const sample = [
  'A1',
  'L1',
  'TCE-P1',
  'CKE-P3',
  'OWN-1',
  'VFIO-open-count',
  'DRT-D1',
  'DRT-W2',
  'VIO-COUNT-UNLOCKED',
  'ATT-4',
  'CORE-P3',
  'IFD-B26',
];

test.each(sample)('%s is found in the scope that the page says', async (id) => {
  const again = scopesDocument(await smallestScopes([id], 1));
  expect(again.split('\n')).toContain(rows.get(id));
});
