// A scope that was interrupted, as a document: what it was a search of, how far it got, and a checksum.
// It is gone on from only if it is whole and of the same search. Reading and writing files is the
// caller's.

import { createHash } from 'node:crypto';
import { canonicalJson } from '../finding/index.ts';
import { keyOf } from './context.ts';
import { contextsOf, type ScopePlan } from './plan.ts';
import type { ScopeProgress } from './scope.ts';

const schema = 1;

/** What a checkpoint must agree in: anything else would make another answer. */
interface Identity {
  readonly toolVersion: string;
  readonly plan: ScopePlan;
  /** Of all contexts: hosts, setups, refusals and vocabularies. */
  readonly contexts: string;
}

export class CheckpointError extends Error {
  readonly advice: string;

  constructor(reason: string, advice: string) {
    super(reason);
    this.name = 'CheckpointError';
    this.advice = advice;
  }
}

export function writeCheckpoint(
  plan: ScopePlan,
  progress: ScopeProgress,
  toolVersion: string,
): string {
  const body = { ...identityOf(plan, toolVersion), progress };
  const head = { tool: 'iommucheck', kind: 'scope checkpoint', schema };
  return canonicalJson({ ...head, ...body, checksum: digestOf(body) });
}

/** How far the search of this plan got; refuses anything else. */
export function readCheckpoint(text: string, plan: ScopePlan, toolVersion: string): ScopeProgress {
  const found = parsed(text);
  const { tool, kind, checksum, schema: version, ...body } = found;
  if (tool !== 'iommucheck' || kind !== 'scope checkpoint')
    throw new CheckpointError('it is no checkpoint of a scope', 'name another file');
  if (version !== schema) throw foreign('schema', version, schema);
  if (checksum !== digestOf(body))
    throw new CheckpointError(
      'its checksum is wrong: it was cut off or changed',
      'begin anew without --resume, with another file',
    );
  const mine = identityOf(plan, toolVersion);
  if (body['toolVersion'] !== toolVersion)
    throw foreign('toolVersion', body['toolVersion'], toolVersion);
  const theirs = body['plan'] as Readonly<Record<string, unknown>>;
  for (const [field, value] of Object.entries(plan))
    if (keyOf(theirs[field]) !== keyOf(value)) throw foreign(field, theirs[field], value);
  if (body['contexts'] !== mine.contexts)
    throw foreign('contexts', 'hosts and vocabularies of another build', 'those of this one');
  return body['progress'] as ScopeProgress;
}

function foreign(field: string, theirs: unknown, mine: unknown): CheckpointError {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return new CheckpointError(
    `it is of another search: ${field} is ${text(theirs)} there and ${text(mine)} here`,
    'give the options that it was begun with, or begin anew with another file',
  );
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below, as anything else that is no checkpoint.
  }
  throw new CheckpointError('it is no checkpoint of a scope', 'name another file');
}

const identityOf = (plan: ScopePlan, toolVersion: string): Identity => ({
  toolVersion,
  plan,
  contexts: digestOf(contextsOf(plan)),
});

function digestOf(value: unknown): string {
  return createHash('sha256').update(keyOf(value)).digest('hex');
}
