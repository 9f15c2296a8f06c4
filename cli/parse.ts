// Arguments against a command's table: strict, and helpful where a name is not known.

import { parseArgs } from 'node:util';
import type { Command, OptionSpec, Values } from './command.ts';
import { usageError } from './exit.ts';
import { nearest } from './suggest.ts';

const help: OptionSpec = { type: 'boolean', help: 'show this help' };

/** The options of a command with those that every command has. */
export function optionsOf(command: Command): Readonly<Record<string, OptionSpec>> {
  return { ...command.options, help };
}

export function parse(command: Command, args: readonly string[]): Values {
  const specs = optionsOf(command);
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokensOf(specs, args)) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const name = token.name;
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec === undefined) throw unknownOption(command, token.rawName, name);
    checkValue(command, spec, token.rawName, token.value);
    if (given.has(name) && spec.multiple !== true && spec.type === 'string')
      throw usageError(`${token.rawName} is given twice`, more(command));
    given.set(name, [...(given.get(name) ?? []), token.value ?? 'true']);
  }
  checkPositionals(command, positionals);
  return {
    has: (option) => given.has(option),
    text: (option) => given.get(option)?.at(-1),
    all: (option) => given.get(option) ?? [],
    positionals,
  };
}

function tokensOf(specs: Readonly<Record<string, OptionSpec>>, args: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { type }]) => [
      name,
      name === 'help' ? { type, short: 'h' } : { type },
    ]),
  );
  return parseArgs({ args: [...args], options, strict: false, tokens: true }).tokens;
}

function unknownOption(command: Command, rawName: string, name: string) {
  const names = Object.keys(optionsOf(command));
  const meant = nearest(name, names);
  return usageError(
    `unknown option ${rawName} of ${command.name}`,
    ...(meant === null ? [] : [`did you mean --${meant}?`]),
    `options: ${names.map((n) => `--${n}`).join(', ')}`,
    more(command),
  );
}

function checkValue(
  command: Command,
  spec: OptionSpec,
  rawName: string,
  value: string | undefined,
): void {
  if (spec.type === 'boolean' && value !== undefined)
    throw usageError(`${rawName} takes no value (given: ${value})`, more(command));
  if (spec.type === 'string' && (value === undefined || value === ''))
    throw usageError(
      `${rawName} needs a value: ${rawName} ${spec.value ?? '<value>'}`,
      more(command),
    );
  // `--out --json` is more likely a forgotten value than a folder of that name.
  if (spec.type === 'string' && value?.startsWith('--') === true)
    throw usageError(`${rawName} needs a value, but ${value} follows`, more(command));
}

function checkPositionals(command: Command, positionals: readonly string[]): void {
  if (positionals.length <= command.maxPositionals) return;
  const extra = positionals[command.maxPositionals] as string;
  const takes = command.maxPositionals === 0 ? 'no arguments' : `only ${command.positionals}`;
  throw usageError(`unexpected argument '${extra}': ${command.name} takes ${takes}`, more(command));
}

const more = (command: Command) => `try: iommucheck ${command.name} --help`;

/** A whole number of at least `min`. */
export function wholeNumber(values: Values, option: string, min: number): number | undefined {
  const text = values.text(option);
  if (text === undefined) return undefined;
  const value = Number(text.replaceAll('_', ''));
  if (/^\d[\d_]*(e\d+)?$/.test(text) && Number.isSafeInteger(value) && value >= min) return value;
  throw usageError(`--${option} ${text}: expected a whole number of at least ${min}`);
}

/** `60s`, `5m`, `8h` in milliseconds. */
export function duration(values: Values, option: string): number | undefined {
  const text = values.text(option);
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text);
  const unitMs = { s: 1e3, m: 60e3, h: 3600e3 }[match?.[2] ?? ''];
  const value = Number(match?.[1]);
  if (unitMs !== undefined && value > 0) return value * unitMs;
  throw usageError(`--${option} ${text}: expected a time such as 60s, 5m or 8h`);
}
