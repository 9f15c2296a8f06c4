// Reasons for lines of one log that are expected to differ, kept in a file beside it. A reason
// counts only for the difference that it describes: another answer on the line is not listed.

import { z } from 'zod';
import { LogError } from './log.ts';

const schema = z.strictObject({
  log: z.string(),
  expected: z.array(
    z.strictObject({
      line: z.int().positive(),
      /** The engine's answer, as the report prints it. */
      engine: z.string(),
      reason: z.string().min(1),
    }),
  ),
});

export type Annotation = z.infer<typeof schema>['expected'][number];

export function parseAnnotations(text: string): readonly Annotation[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LogError(0, `the annotations are not JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data.expected;
  throw new LogError(0, `the annotations are not valid: ${z.prettifyError(parsed.error)}`);
}

/** Where the annotations of a log are: `some.jsonl` has `some.annotations.json`. */
export function annotationsPath(logPath: string): string {
  return `${logPath.replace(/\.jsonl?$/, '')}.annotations.json`;
}
