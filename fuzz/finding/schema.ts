// The schema of a finding, version 2. A finding is a value: it says by itself what failed, on which
// engine, and by which decisions. Seeds are lineage only; the decisions are what reproduces.

import { z } from 'zod';
import { programSchema } from './program.ts';

export const schemaVersion = 2;

const count = z.int().min(0);
const text = z.string().min(1);

/** What a replay needs; the one-line text form holds exactly this. */
const replayable = {
  tool: z.literal('iommucheck'),
  toolVersion: text,
  schema: z.literal(schemaVersion),
  /** The base revision, and every delta in force on the reference engine: `reference` + [B1]. */
  revision: text,
  deltas: z.array(text),
  program: programSchema,
  decisions: z.strictObject({
    /** Run-length: the named task performs so many steps, then the next entry's. */
    schedule: z.array(z.tuple([text, z.int().min(1)])),
    /** The environment's answers other than 0, by step (the first step is 0), in order. */
    choices: z.array(z.tuple([count, z.int().min(1)])),
  }),
  property: text,
  key: z.string(),
  message: z.string(),
  /** sha256 of the canonical step trace: fuzz/trace.ts. */
  traceDigest: z.string().regex(/^[0-9a-f]{64}$/, 'is not a sha256 in lower-case hex'),
};

const size = z.strictObject({
  operations: count,
  tasks: count,
  preemptions: count,
  switches: count,
});
const fields = z.record(z.string(), z.string());

const site = z.strictObject({
  step: count,
  task: text,
  op: text,
  verb: text,
  cell: text,
});

const described = {
  evidence: z.strictObject({
    /** Objects concerned: their fields before the last operation began and when it failed. */
    objects: z.array(z.strictObject({ name: text, kind: text, before: fields, after: fields })),
    /** Numbers that the property compared, by name. */
    counts: z.record(z.string(), z.number()),
    /** The accesses that met: the earlier first, the failing one last. */
    sites: z.array(site),
  }),
  size,
  seed: z.exactOptional(
    z.strictObject({ campaign: text, run: count, scheduler: z.exactOptional(text) }),
  ),
  /** What shrinking did: the size it began with, and what turned out not to matter, in words. */
  shrinking: z.exactOptional(z.strictObject({ from: size, dropped: z.array(text) })),
};

function checkDecisions(
  { decisions }: { decisions: z.infer<typeof replayable.decisions> },
  context: z.RefinementCtx,
): void {
  const steps = decisions.schedule.reduce((n, [, run]) => n + run, 0);
  decisions.choices.forEach(([step], i) => {
    const path = ['decisions', 'choices', i, 0];
    const previous = decisions.choices[i - 1];
    if (step >= steps)
      context.addIssue({
        code: 'custom',
        path,
        message: `step ${step} is past the ${steps} steps`,
      });
    if (previous !== undefined && previous[0] >= step)
      context.addIssue({ code: 'custom', path, message: `step ${step} is out of order` });
  });
}

export const replayableSchema = z.strictObject(replayable).superRefine(checkDecisions);
export const findingSchema = z
  .strictObject({ ...replayable, ...described })
  .superRefine(checkDecisions);

export type Replayable = Immutable<z.infer<typeof replayableSchema>>;
export type Finding = Immutable<z.infer<typeof findingSchema>>;
export type Evidence = Finding['evidence'];
export type Size = Finding['size'];
export type Site = Evidence['sites'][number];
export type CompactDecisions = Replayable['decisions'];

type Immutable<T> = T extends readonly (infer E)[]
  ? number extends T['length']
    ? readonly Immutable<E>[]
    : { readonly [K in keyof T]: Immutable<T[K]> }
  : T extends object
    ? { readonly [K in keyof T]: Immutable<T[K]> }
    : T;
