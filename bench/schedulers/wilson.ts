// How much a hit rate says: the 95 % interval of Wilson (1927), which stays within [0, 1] and says
// something where nothing was hit.

/** The standard normal quantile of 97.5 %. */
const z = 1.959963984540054;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Of the probability of which `hits` in `runs` were seen. */
export function wilson(hits: number, runs: number): Interval {
  const p = hits / runs;
  const scale = 1 + z ** 2 / runs;
  const centre = p + z ** 2 / (2 * runs);
  const half = z * Math.sqrt((p * (1 - p)) / runs + z ** 2 / (4 * runs ** 2));
  return {
    low: hits === 0 ? 0 : (centre - half) / scale,
    high: hits === runs ? 1 : (centre + half) / scale,
  };
}
