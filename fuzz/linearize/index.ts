// The public entry of recorded histories: reading them, and judging them.

import { type Answer, type Bounds, explain } from '../../properties/linearizability/explain.ts';
import type { Recorded } from './read.ts';

export { HistoryError } from './error.ts';
export { type Recorded, readHistory, specifications } from './read.ts';

/** An order of the history, or why there is none. */
export function judge(recorded: Recorded, bounds: Bounds): Answer<unknown, unknown> {
  return explain(recorded.specification, recorded.history, bounds);
}
