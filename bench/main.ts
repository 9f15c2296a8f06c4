// Runs the benches and prints a table: `npm run bench -- [--only <substring>] [--json] [--strict]`.
// Compare numbers of one run on one machine only.

import { parseArgs } from 'node:util';
import { type Bench, measure, type Measurement, row } from './harness.ts';
import { iommuBenches } from './iommu.ts';
import { spaprBenches } from './spapr.ts';
import { toyBenches } from './toys.ts';

/** One file per group; add a group here. */
const groups: readonly (readonly Bench[])[] = [toyBenches, spaprBenches, iommuBenches];

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    strict: { type: 'boolean', default: false },
  },
});

const chosen = groups.flat().filter((bench) => bench.name.includes(options.only));
if (chosen.length === 0) {
  const names = groups.flat().map((bench) => `  ${bench.name}`);
  console.error(`no bench has '${options.only}' in its name; there are:\n${names.join('\n')}`);
  process.exitCode = 2;
}

const measured: Measurement[] = [];
for (const bench of chosen) {
  const measurement = measure(bench);
  measured.push(measurement);
  if (!options.json) console.log(row(measurement));
}
if (options.json) console.log(JSON.stringify(measured, null, 2));
if (options.strict && measured.some((m) => !m.met)) process.exitCode = 1;
