// Assertions of the kernel that only its callers can break.

import { Trip } from '../../runtime/index.ts';

/** A WARN_ON that says what callers of the core owe: the program's fault, not the engine's. */
export function callerBug(condition: boolean, what: string): void {
  if (condition) throw new Trip('broken-contract', null, what, what);
}
