// Searching for the smallest number that will do, with few questions. As in Hypothesis, cheap
// guesses come first and the answers are taken to be monotonic; if they are not, the result is still
// a number that was accepted.

/**
 * The smallest multiple of `unit` from `floor` up that `accepts` takes instead of `current`, or
 * `current`. The last accepted number is the one answered.
 */
export function lowest(
  current: number,
  floor: number,
  unit: number,
  accepts: (value: number) => boolean,
): number {
  if (current <= floor) return current;
  for (const guess of [floor, floor + unit]) if (guess < current && accepts(guess)) return guess;
  let low = floor + unit;
  let high = current;
  while (high - low > unit) {
    const middle = low + unit * Math.floor((high - low) / unit / 2);
    if (middle === low) break;
    if (accepts(middle)) high = middle;
    else low = middle;
  }
  return high;
}
