// How a command ends: exit codes, and the errors that users meet. An error names the culprit, lists
// what was available and ends with the next command to try; it never shows a stack.

export const exit = {
  holds: 0,
  violation: 1,
  usage: 2,
  inconclusive: 3,
  nondeterminism: 4,
  badArtifact: 5,
  internal: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];

/** An error that is the user's to fix. */
export class UserError extends Error {
  readonly code: ExitCode;
  /** Further lines: what exists, and what to try next. */
  readonly hints: readonly string[];

  constructor(code: ExitCode, message: string, hints: readonly string[]) {
    super(message);
    this.name = 'UserError';
    this.code = code;
    this.hints = hints;
  }
}

export function usageError(message: string, ...hints: string[]): UserError {
  return new UserError(exit.usage, message, hints);
}

export function artifactError(message: string, ...hints: string[]): UserError {
  return new UserError(exit.badArtifact, message, hints);
}
