// What is said when a finding cannot be read: always which place, why, and what to do about it.

export const findingErrors = {
  'not-json': 'the file is not JSON',
  'not-a-finding': 'the document is not a finding of iommucheck',
  'schema-version': 'the finding has a schema version that this tool does not know',
  invalid: 'the finding breaks its schema',
  'not-text': 'the text is not a one-line finding',
  'text-version': 'the text form has a version that this tool does not know',
  encoding: 'the text holds a character that is not base64url',
  truncated: 'the text is cut off',
  checksum: 'the text was altered on its way',
} as const;

export type FindingErrorCode = keyof typeof findingErrors;

export class FindingError extends Error {
  readonly code: FindingErrorCode;
  /** What is the matter, in one sentence without the place. */
  readonly summary: string;
  /** Place in the document, like `program.tasks[1].ops[0].va`; empty for the whole. */
  readonly path: string;
  /** What is wrong there, with the value met. */
  readonly reason: string;
  /** What to do, or the next command to try. */
  readonly advice: string;

  constructor(code: FindingErrorCode, path: string, reason: string, advice: string) {
    const place = path === '' ? '' : `${path}: `;
    super(`${findingErrors[code]}: ${place}${reason}; ${advice}`);
    this.name = 'FindingError';
    this.code = code;
    this.summary = findingErrors[code];
    this.path = path;
    this.reason = reason;
    this.advice = advice;
  }
}
