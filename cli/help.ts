// Help, made from the command table.

import type { Command } from './command.ts';
import { exit } from './exit.ts';
import { optionsOf } from './parse.ts';

export function commandHelp(command: Command): string {
  const options = optionsOf(command);
  const rows = Object.entries(options).map(
    ([name, { value, multiple, help }]): [string, string] => [
      `--${name}${value === undefined ? '' : ` ${value}`}`,
      multiple === true ? `${help} (may be repeated)` : help,
    ],
  );
  return [
    command.summary,
    '',
    `usage: iommucheck ${[command.name, command.positionals, '[options]'].filter(Boolean).join(' ')}`,
    '',
    ...columns(rows),
    '',
    ...(command.notes === undefined ? [] : [...command.notes, '']),
    'examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n');
}

const meanings: Readonly<Record<keyof typeof exit, string>> = {
  holds: 'every property holds',
  violation: 'a violation was found, or replayed',
  usage: 'the command line is wrong',
  inconclusive: 'a bound was hit before the end',
  nondeterminism: 'a replay came out differently',
  badArtifact: 'a finding cannot be read or written',
  internal: 'an error of the tool itself',
  interrupted: 'interrupted; what was done has been printed',
};

export function overview(commands: readonly Command[]): string {
  return [
    'iommucheck: model checker and invariant fuzzer for the Linux IOMMU stack',
    '',
    'usage: iommucheck <command> [options]',
    '',
    ...columns(commands.map((c): [string, string] => [c.name, c.summary])),
    '',
    'options: --help, --version',
    '',
    'exit codes:',
    ...columns(
      Object.entries(meanings).map(([name, text]): [string, string] => [
        `${exit[name as keyof typeof exit]}`,
        text,
      ]),
    ),
    '',
    'begin with: iommucheck check',
    '',
  ].join('\n');
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
