// All contexts that scopes are made over: those written by hand, and those of the bundled scenarios.

import { scenarios } from '../scenarios/index.ts';
import type { ScopeContext } from './context.ts';
import { derivedContexts } from './derived.ts';
import { richContexts } from './rich/index.ts';

export const scopeContexts: readonly ScopeContext[] = [
  ...richContexts,
  ...derivedContexts(scenarios),
];
