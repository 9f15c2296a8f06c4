// The command line of a bench: its options, its help, and what is said when they are wrong.

import { type ParseArgsConfig, parseArgs } from 'node:util';

/** What was asked for makes no sense; the message names the culprit. */
export class UsageError extends Error {}

/** Runs a bench, or says how it is used: exit code 2 if it was used wrongly. */
export async function runBench(
  help: string,
  main: (args: readonly string[]) => Promise<void> | void,
): Promise<void> {
  const args = process.argv.slice(2);
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  if (own.includes('--help') || own.includes('-h')) return console.log(help.trimEnd());
  try {
    await main(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${help.trimEnd()}`);
    process.exitCode = 2;
  }
}

/** As parseArgs. @throws UsageError of options that there are not. */
export function parseOptions<T extends ParseArgsConfig>(
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** @throws UsageError unless the text is a whole number above 0. */
export function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new UsageError(`--${name} ${text}: must be a whole number above 0, as in --${name} 5`);
}
