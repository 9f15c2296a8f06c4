// SPIN itself, where it is installed: its counts are those that everything here is held to.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { known, nameOf } from '../../workload/known.ts';
import { measureCell } from '../harness/cell.ts';
import { spin } from './spin.ts';

const presence = spin.find();
if (!presence.found)
  console.log(`SPIN itself is not tested: ${presence.why}; to have it: ${presence.install}`);

const limits = { repeats: 1, repeatsOfLong: 1, attempts: 1, capMs: 50_000 };
const sizes = known.filter((row) => ['A(2,2)', 'B(2,2)'].includes(nameOf(row)));

test.skipIf(!presence.found).each(sizes)('SPIN agrees on $variant($tasks,$ops)', async (row) => {
  const exact = spin.configurations.find(({ counts }) => counts === 'states');
  if (exact === undefined) throw new Error('no configuration of SPIN counts every state');
  const folder = mkdtempSync(join(tmpdir(), 'iommucheck-spin-'));
  try {
    const outcome = await measureCell(exact, row, folder, limits);
    const { states, transitions } = row;
    expect(outcome).toMatchObject({ kind: 'measured', wrong: [], answer: { states, transitions } });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
