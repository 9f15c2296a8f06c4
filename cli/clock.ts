// The clock: nothing outside cli/ knows what time it is.

export interface Clock {
  /** Milliseconds since some moment in the past; never goes back. */
  nowMs(): number;
}

export const monotonic: Clock = { nowMs: () => performance.now() };
