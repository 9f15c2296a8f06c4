// Short names for the objects of a trace. An object made at run time is filed under who made it, which
// is exact and long; here it is called by its kind, numbered where there are several.

import { errnoName } from '../engine/errno.ts';
import type { Trace, TraceStep } from '../fuzz/trace/index.ts';

export interface Names {
  object(name: string): string;
  /** `mem.mapped`. */
  cell(step: Pick<TraceStep, 'object' | 'field'>): string;
  /** A printed value: objects by their short name. */
  value(text: string): string;
}

export function namesOf({ steps, object }: Pick<Trace, 'steps' | 'object'>): Names {
  const kinds = new Map<string, string[]>();
  const see = (name: string, kind: string) => {
    const seen = kinds.get(kind) ?? [];
    if (!seen.includes(name)) kinds.set(kind, [...seen, name]);
  };
  for (const step of steps) if (!step.boot) see(step.object, step.kind);
  const atBoot = steps.some((step) => step.boot && step.object === object?.name);
  if (object !== null && !atBoot) see(object.name, object.kind);
  const short = new Map<string, string>();
  for (const [kind, names] of kinds)
    names.forEach((name, i) => short.set(name, names.length === 1 ? kind : `${kind}#${i + 1}`));
  const value = (text: string) => short.get(text) ?? className(text);
  return { object: value, cell: (s) => `${value(s.object)}.${s.field}`, value };
}

/** Objects that are only pointed at are called by their class. */
function className(text: string): string {
  return /^\S+\.\d+#\d+:(\w+)\(/.exec(text)?.[1] ?? text;
}

const lives: Readonly<Record<string, string>> = { 0: 'not made', 1: 'live', 2: 'freed' };

/** A field's value; what an object's lifetime cell holds has names. */
export function fieldWords(field: string, value: string, names: Names): string {
  return field === 'life' ? (lives[value] ?? value) : names.value(value);
}

/** One step in words: the access, what it changed or saw, and what it was answered. */
export function stepWords(step: TraceStep, names: Names): string {
  const refusal = /^refuse (.*)\?$/.exec(step.verb);
  if (refusal !== null) return `${refusal[1]} ${step.answer === '0' ? 'goes well' : 'is refused'}`;
  if (step.verb.startsWith('choose')) return `${step.verb}: ${step.answer}`;
  const answer = step.answer === null ? '' : `, answers ${names.value(step.answer)}`;
  // A value without a name (`#` and a hash) says nothing to a reader.
  if (step.before.startsWith('#')) return `${step.verb} ${names.cell(step)}${answer}`;
  const before = fieldWords(step.field, step.before, names);
  const after = fieldWords(step.field, step.after, names);
  const change = before === after ? before : `${before} → ${after}`;
  return `${step.verb} ${names.cell(step)}: ${change}${answer}`;
}

/** ` = 0`, with what was written back. */
export function resultWords(step: TraceStep): string {
  if (step.result === null) return '';
  const out = Object.entries(step.result.out ?? {}).map(([key, value]) => `${key} ${value}`);
  return ` = ${errnoName(step.result.ret)}${out.length === 0 ? '' : ` (${out.join(', ')})`}`;
}
