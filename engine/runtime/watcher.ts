// Watchers follow one operation's own steps. What they know is a function of the operation's history,
// so it is kept with the tree's nodes: it costs nothing when the tree answers, and adds nothing to a
// state's identity.

import type { Access } from './access.ts';
import type { Value } from './hash.ts';
import type { Outcome } from './node.ts';

export interface Watcher<S> {
  /** State before the first step of the operation with this label. */
  begin(label: string): S;
  /**
   * State after one step: `key` is what the task observed, `assigned` what it stored (undefined if
   * nothing). May throw a Violation.
   */
  step(state: S, access: Access, key: Value, assigned: Value | undefined): S;
  /** The operation returns. May throw a Violation. */
  end(state: S, result: Outcome, label: string): void;
}
