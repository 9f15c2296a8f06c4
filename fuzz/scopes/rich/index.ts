// The contexts that are written by hand: for each part of the stack, what its clients do most, in one
// vocabulary. The first four operations of each are its core.

import type { ScopeContext } from '../context.ts';
import { cookieContexts } from './cookie.ts';
import { dirtyContexts } from './dirty.ts';
import { mappingContexts } from './mapping.ts';
import { ownershipContexts } from './ownership.ts';
import { registrationContexts } from './registration.ts';
import { virtioContexts } from './virtio.ts';

export const richContexts: readonly ScopeContext[] = [
  ...registrationContexts,
  ...mappingContexts,
  ...virtioContexts,
  ...ownershipContexts,
  ...dirtyContexts,
  ...cookieContexts,
];
