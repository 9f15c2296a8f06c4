// Runs one command line: finds the command, parses, runs, and turns every error into a message and an
// exit code.

import { FindingError } from '../fuzz/finding/index.ts';
import { painterFor } from '../reports/colour.ts';
import type { Command } from './command.ts';
import { commands } from './commands/index.ts';
import { exit, type ExitCode, usageError, UserError } from './exit.ts';
import { commandHelp, overview } from './help.ts';
import type { Io } from './io.ts';
import { parse } from './parse.ts';
import type { Services } from './services.ts';
import { nearest } from './suggest.ts';

/** `makeServices` is called only by commands that run something. */
export async function run(
  args: readonly string[],
  io: Io,
  makeServices: () => Promise<Services>,
): Promise<ExitCode> {
  try {
    return await dispatch(args, io, makeServices);
  } catch (error) {
    return report(error, io);
  }
}

async function dispatch(
  [word, ...args]: readonly string[],
  io: Io,
  makeServices: () => Promise<Services>,
): Promise<ExitCode> {
  if (word === '--version' || word === '-V') return print(io, `${io.version}\n`);
  if (word === undefined) {
    io.stderr.write(overview(commands));
    return exit.usage;
  }
  if (word === '--help' || word === '-h') return print(io, overview(commands));
  if (word === 'help') {
    const [name] = args;
    return print(io, name === undefined ? overview(commands) : commandHelp(find(name)));
  }
  const command = find(word);
  const values = parse(command, args);
  if (values.has('help')) return print(io, commandHelp(command));
  const paint = painterFor(io.stdout.isTTY, io.env);
  const code = await command.run(values, { io, services: await makeServices(), paint });
  return io.signal.aborted ? exit.interrupted : code;
}

function print(io: Io, text: string): ExitCode {
  io.stdout.write(text);
  return exit.holds;
}

function find(word: string): Command {
  const command = commands.find((c) => c.name === word);
  if (command !== undefined) return command;
  const names = [...commands.map((c) => c.name), 'help'];
  const meant = nearest(word, names);
  const what = word.startsWith('-') ? 'option' : 'command';
  throw usageError(
    `unknown ${what} '${word}'`,
    ...(meant === null ? [] : [`did you mean ${meant}?`]),
    `commands: ${names.join(', ')}`,
    'try: iommucheck help',
  );
}

function report(error: unknown, io: Io): ExitCode {
  const paint = painterFor(io.stderr.isTTY, io.env);
  const say = (message: string, hints: readonly string[]) => {
    const lines = [`${paint('red', 'error:')} ${message}`, ...hints.map((hint) => `  ${hint}`)];
    io.stderr.write(`${lines.join('\n')}\n`);
  };
  if (error instanceof UserError) {
    say(error.message, error.hints);
    return error.code;
  }
  if (error instanceof FindingError) {
    const place = error.path === '' ? [] : [`at: ${error.path}`];
    say(error.summary, [...place, `why: ${error.reason}`, error.advice]);
    return exit.badArtifact;
  }
  return internal(error, io, say);
}

function internal(
  error: unknown,
  io: Io,
  say: (message: string, hints: readonly string[]) => void,
): ExitCode {
  const debug = (io.env['IOMMUCHECK_DEBUG'] ?? '') !== '';
  // An error that crossed a thread may carry its stack in the message.
  const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  say(`internal error: ${message}`, [
    `this is a bug of iommucheck ${io.version}, not of what it checks`,
    debug
      ? 'please report it with the lines below and the command line'
      : 'run it again with IOMMUCHECK_DEBUG=1 and report what it prints with the command line',
  ]);
  if (debug && error instanceof Error) io.stderr.write(`${error.stack ?? ''}\n`);
  return exit.internal;
}
