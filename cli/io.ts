// Everything a command may touch outside itself, so that a whole command line can be run in a test.

import type { Clock } from './clock.ts';

export interface Sink {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
}

export interface Files {
  /** Throws as node:fs does. */
  read(path: string): string;
  /** Null if there is no such file. */
  readIfThere(path: string): string | null;
  /** Fails if the file exists. */
  create(path: string, text: string): void;
  /** All or nothing: whoever reads the file sees the old text or the new one. */
  replace(path: string, text: string): void;
  /** With parents; fine if it is there, fails if something else is. */
  makeFolder(path: string): void;
}

export interface Io {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: Files;
  readonly clock: Clock;
  /** Aborts on Ctrl-C: finish the item under way, tell what was done, leave. */
  readonly signal: AbortSignal;
  readonly version: string;
  readonly cores: number;
  /** The exports of a module; rejects as import() does, and may load TypeScript. */
  importModule(path: string): Promise<Readonly<Record<string, unknown>>>;
  /** All of standard input. */
  stdin(): string;
}
