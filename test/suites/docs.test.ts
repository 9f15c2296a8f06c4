// The generated documents are those of the catalogues as they are; COVERAGE.md names what there is.

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { docs } from '../../cli/docs.ts';
import { scenarios } from '../../fuzz/scenarios/index.ts';

test.each(Object.entries(docs))('docs/%s is what `npm run docs` writes', (name, text) => {
  const path = resolve(import.meta.dirname, '../../docs', name);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('docs/COVERAGE.md: scenarios and tests that there are; of the IOMMU stack’s, each part has some', () => {
  const root = resolve(import.meta.dirname, '../..');
  const text = readFileSync(resolve(root, 'docs/COVERAGE.md'), 'utf8');
  const ids = new Set(scenarios.map((s) => s.id));
  const named = [...text.matchAll(/`([^`]+)`/g)].map(([, id]) => id ?? '');
  expect(named.filter((id) => !ids.has(id))).toEqual([]);
  const files = [...text.matchAll(/\S+\.test\.ts/g)].map(([path]) => path);
  expect(files.filter((path) => !existsSync(resolve(root, path)))).toEqual([]);
  const partOf = (id: string) => id.split('/')[0];
  const parts = new Set(named.map(partOf));
  const stack = scenarios.filter((s) => s.program.system === 'iommu').map((s) => s.id);
  expect(stack.filter((id) => !parts.has(partOf(id)))).toEqual([]);
});

test('docs/INVARIANTS.md: the numbers of each section follow each other from 1', () => {
  const numbers = new Map<string, number[]>();
  for (const [, section = '', number] of docs['INVARIANTS.md']?.matchAll(
    /^\| (\S+ §\d+)\.(\d+) /gm,
  ) ?? [])
    numbers.set(section, [...(numbers.get(section) ?? []), Number(number)]);
  for (const found of numbers.values()) expect(found).toEqual(found.map((_, i) => i + 1));
  const last = [...numbers].map(([section, found]) => `${section}: ${found.length}`);
  expect(last).toMatchInlineSnapshot(`
    [
      "spec/spapr-tce-v2.md §10: 13",
      "spec/iommu-core.md §7: 15",
      "spec/virtio-domain.md §9: 15",
      "spec/coherency-and-ownership.md §7: 14",
      "spec/split-merge-dirty.md §4: 11",
      "spec/cookies.md §7: 12",
    ]
  `);
});
