// The outside world as Node has it: streams, files, signals.

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { packageFolder } from '../fuzz/package.ts';
import { monotonic } from './clock.ts';
import { exit } from './exit.ts';
import { importModule } from './import-module.ts';
import type { Files, Io, Sink } from './io.ts';

const files: Files = {
  read: (path) => readFileSync(path, 'utf8'),
  readIfThere: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null),
  create: (path, text) => writeFileSync(path, text, { flag: 'wx' }),
  replace,
  makeFolder: (path) => void mkdirSync(path, { recursive: true }),
};

function replace(path: string, text: string): void {
  const temporary = `${path}.new`;
  const file = openSync(temporary, 'w');
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

export function nodeIo(): Io {
  return {
    stdout: sink(process.stdout),
    stderr: sink(process.stderr),
    env: process.env,
    files,
    clock: monotonic,
    signal: interruption(),
    version: packageVersion(),
    cores: availableParallelism(),
    importModule,
    stdin: () => readFileSync(0, 'utf8'),
  };
}

function sink(stream: NodeJS.WriteStream & { readonly fd: number }): Sink {
  // A reader that has seen enough (`| head`) is not an error, but nothing is known to hold: as by
  // SIGPIPE. Nobody need read how far it got.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    if (stream === process.stdout) process.exit(141);
  });
  return {
    write: (text) => void stream.write(text),
    isTTY: isatty(stream.fd),
    columns: stream.columns ?? 80,
  };
}

/** The first Ctrl-C, or `kill`, asks to finish, the second leaves at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(exit.interrupted);
    controller.abort();
    process.stderr.write('\ninterrupted: finishing what is under way (again to leave at once)\n');
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return controller.signal;
}

function packageVersion(): string {
  const manifest = readFileSync(join(packageFolder, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
