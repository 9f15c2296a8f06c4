// Random programs stay what they are for a seed, and are programs that a finding may hold.

import { expect, test } from 'vitest';
import type { Program } from '../../engine/program.ts';
import { hashString } from '../../engine/runtime/index.ts';
import { programsOf } from '../campaignService.ts';
import { canonicalJson } from '../finding/index.ts';
import { programSchema } from '../finding/program.ts';

function first(seed: string, count: number) {
  const programs = programsOf(seed, ['registration']);
  return Array.from({ length: count }, () => programs.next().value as Program);
}

test('the first programs of a seed do not change: old campaigns can be run again', () => {
  const digests = first('golden', 3).map(({ system: _system, ...p }) =>
    hashString(canonicalJson(p)).toString(16),
  );
  expect(digests).toMatchInlineSnapshot(`
    [
      "67d1ae98",
      "-6f12bd21",
      "-7c02fe1d",
    ]
  `);
});

test('every program is one that a finding may hold', () => {
  for (const program of first('valid', 500)) {
    const written: unknown = JSON.parse(canonicalJson(program));
    expect(programSchema.parse(written)).toEqual(program);
  }
});
