// What a command is: a row of the command table. Parsing, help and suggestions are made from it.

import type { Painter } from '../reports/colour.ts';
import type { ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import type { Services } from './services.ts';

export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly multiple?: true;
  /** The placeholder in help: `<id>`. */
  readonly value?: string;
  readonly help: string;
}

export interface Values {
  has(option: string): boolean;
  /** The last value given. */
  text(option: string): string | undefined;
  all(option: string): readonly string[];
  readonly positionals: readonly string[];
}

export interface Context {
  readonly io: Io;
  readonly services: Services;
  readonly paint: Painter;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Positional arguments in help: `<file|text|->`; empty if there are none. */
  readonly positionals: string;
  readonly maxPositionals: number;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Lines of help between the options and the examples. */
  readonly notes?: readonly string[];
  readonly examples: readonly string[];
  run(values: Values, context: Context): Promise<ExitCode>;
}

export const jsonOption: OptionSpec = { type: 'boolean', help: 'print JSON instead of text' };
