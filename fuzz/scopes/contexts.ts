// All contexts that scopes are made over: those written by hand, and those of the bundled scenarios.
// Scopes of more than four operations are made over core vocabularies by default: their programs are
// too many otherwise.

import { scenarios } from '../scenarios/index.ts';
import { type ScopeContext, tasksFor, vocabularyOf } from './context.ts';
import { derivedContexts } from './derived.ts';
import { richContexts } from './rich/index.ts';

export const vocabularies = ['full', 'core'] as const;

/** How many operations programs are made of. */
export type VocabularySize = (typeof vocabularies)[number];

/** Of those written by hand, the core are the first; scenarios are merged up to as many. */
const coreOperations = 4;
const mergedOperations = 8;

const made = new Map<VocabularySize, readonly ScopeContext[]>();

/** Made when they are first asked for: most commands need none. */
export function contextsIn(size: VocabularySize): readonly ScopeContext[] {
  const known = made.get(size);
  if (known !== undefined) return known;
  const contexts =
    size === 'full'
      ? [...richContexts, ...derivedContexts(scenarios, mergedOperations)]
      : [...richContexts.map(coreOf), ...derivedContexts(scenarios, coreOperations)];
  made.set(size, contexts);
  return contexts;
}

export const defaultVocabulary = (tasks: number, operations: number): VocabularySize =>
  tasks * operations <= 4 ? 'full' : 'core';

function coreOf(context: ScopeContext): ScopeContext {
  const tasks = tasksFor(vocabularyOf(context).slice(0, coreOperations));
  return { ...context, whole: { ...context.whole, tasks } };
}
