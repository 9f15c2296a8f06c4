// What is wrong with a model that was given to be checked: always its author's to fix, so the message
// names the culprit and the hints say what there is and what to do.

export class ModelError extends Error {
  readonly hints: readonly string[];

  constructor(message: string, ...hints: string[]) {
    super(message);
    this.name = 'ModelError';
    this.hints = hints;
  }
}

export const reasonOf = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).split('\n').join(' ');
