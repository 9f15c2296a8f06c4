// Runs the benches and prints a table: `npm run bench -- --help`.

import { parseOptions, runBench, UsageError } from './commandLine.ts';
import { type Bench, measure, type Measurement, row } from './harness.ts';
import { iommuBenches } from './iommu.ts';
import { spaprBenches } from './spapr.ts';
import { toyBenches } from './toys.ts';

/** One file per group; add a group here. */
const groups: readonly (readonly Bench[])[] = [toyBenches, spaprBenches, iommuBenches];

const help = `npm run bench -- [options]

Measures how fast programs are run and searched, and what a visited state costs: the median of several
runs in this process, with its target. Compare numbers of one run on one machine only.

  --only <text>  only benches with this text in their names
  --json         prints the measurements for machines
  --strict       exit code 1 where a target is not met
  --help         this text
`;

function main(args: readonly string[]): void {
  const { values: options } = parseOptions({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
    },
  });
  const measured: Measurement[] = [];
  for (const bench of chosen(options.only)) {
    const measurement = measure(bench);
    measured.push(measurement);
    if (!options.json) console.log(row(measurement));
  }
  if (options.json) console.log(JSON.stringify(measured, null, 2));
  if (options.strict && measured.some((m) => !m.met)) process.exitCode = 1;
}

function chosen(text: string): Bench[] {
  const benches = groups.flat().filter(({ name }) => name.includes(text));
  if (benches.length > 0) return benches;
  const names = groups.flat().map(({ name }) => `  ${name}`);
  throw new UsageError(
    `--only ${text}: no bench has that in its name; there are\n${names.join('\n')}`,
  );
}

await runBench(help, main);
