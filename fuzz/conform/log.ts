// The log of a program's ioctls on a live kernel: one JSON object a line, `#` comments between.
// This file turns text into entries with line numbers; what an entry means is decided elsewhere.

import { parseU64 } from '../finding/u64.ts';

export interface Comment {
  readonly kind: 'comment';
  readonly line: number;
  readonly text: string;
}

export interface Entry {
  readonly kind: 'entry';
  readonly line: number;
  /** The line as it stands. */
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type LogLine = Comment | Entry;

/** A log that cannot be read: where, why, and what was expected. */
export class LogError extends Error {
  /** 0: the whole text. */
  readonly line: number;

  constructor(line: number, reason: string) {
    super(line === 0 ? reason : `line ${line}: ${reason}`);
    this.name = 'LogError';
    this.line = line;
  }
}

export function parseLog(text: string): LogLine[] {
  const lines = text.split(/\r?\n/).flatMap((raw, i) => parseLine(raw.trim(), i + 1));
  if (!lines.some((line) => line.kind === 'entry'))
    throw new LogError(0, 'the log is empty: there is no line with a JSON object');
  return lines;
}

function parseLine(raw: string, line: number): LogLine[] {
  if (raw === '') return [];
  if (raw.startsWith('#')) return [{ kind: 'comment', line, text: raw.slice(1).trim() }];
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch (error) {
    throw new LogError(line, `not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new LogError(line, 'not a JSON object');
  return [{ kind: 'entry', line, text: raw, fields: value as Record<string, unknown> }];
}

/** A u64 of an entry that the engine cannot hold exactly. */
export class InexactField extends Error {}

/** A number, or a hex string; undefined if the field is not there. */
export function numberField(entry: Entry, name: string): number | undefined {
  const value = entry.fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  const parsed = parseU64(value);
  if (typeof parsed === 'number') return parsed;
  if (typeof value === 'string' && /^0x[0-9a-f]{1,16}$/i.test(value))
    throw new InexactField(`${name}: ${parsed.problem}`);
  throw new LogError(entry.line, `${name}: ${parsed.problem}`);
}

/** A number that must be there. */
export function needNumber(entry: Entry, name: string): number {
  const value = numberField(entry, name);
  if (value === undefined) throw new LogError(entry.line, `the field ${name} is missing`);
  return value;
}

export function textField(entry: Entry, name: string): string | undefined {
  const value = entry.fields[name];
  return typeof value === 'string' ? value : undefined;
}

/** What a call returned: `0`, `5` or `-EBUSY`. */
export function returned(entry: Entry): string {
  const ret = needNumber(entry, 'ret');
  const errno = entry.fields['errno'];
  if (ret >= 0) return String(ret);
  if (typeof errno === 'string') return `-${errno.replace(/^-/, '')}`;
  return String(typeof errno === 'number' ? -Math.abs(errno) : ret);
}
