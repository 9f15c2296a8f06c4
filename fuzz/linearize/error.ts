// A history that cannot be judged: which line, which field of it, and why.

export class HistoryError extends Error {
  /** 0: the whole text. */
  readonly line: number;
  /** Like `args.value`; empty for the whole line. */
  readonly field: string;

  constructor(line: number, field: string, reason: string) {
    const place = line === 0 ? [] : [`line ${line}`];
    super([...place, ...(field === '' ? [] : [field]), reason].join(': '));
    this.name = 'HistoryError';
    this.line = line;
    this.field = field;
  }
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What a schema has to object first. */
export function objection(line: number, under: string, issues: readonly Issue[]): HistoryError {
  const [{ path, message } = { path: [], message: 'not as it should be' }] = issues;
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  const field = `${under}${parts.join('')}`.replace(/^\./, '');
  return new HistoryError(line, field, message);
}
