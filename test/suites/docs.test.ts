// The generated documents are those of the catalogues as they are.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { docs } from '../../cli/docs.ts';

test.each(Object.entries(docs))('docs/%s is what `npm run docs` writes', (name, text) => {
  const path = resolve(import.meta.dirname, '../../docs', name);
  expect(readFileSync(path, 'utf8')).toBe(text);
});
