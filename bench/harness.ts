// The bench harness: what a bench is, how it is timed, and how the table is printed. Only benches may
// read the clock.

export interface Bench {
  readonly name: string;
  /** What is counted, as `steps/s`, or what is measured, as `bytes/state`. */
  readonly unit: string;
  /** The wanted value: at least this much of a rate, at most this much of a size. */
  readonly target: number;
  /** Does the work once; answers how much of it was done (a rate), or the size itself. */
  readonly run: () => number;
  /** Rates are divided by the time taken; sizes are taken as they are. */
  readonly kind: 'rate' | 'size';
}

export interface Measurement {
  readonly name: string;
  readonly unit: string;
  readonly kind: Bench['kind'];
  readonly target: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly repeats: number;
  /** Cores used while timed; well below 1 means that others took the processor: measure again. */
  readonly cores: number;
  readonly met: boolean;
}

/** Untimed runs first, so that what is timed is compiled code. */
const warmUps = 2;
const timedRepeats = 5;

export function measure(bench: Bench): Measurement {
  const { name, unit, kind, target } = bench;
  // A size is the same each time.
  const [untimed, repeats] = kind === 'rate' ? [warmUps, timedRepeats] : [0, 1];
  for (let i = 0; i < untimed; i++) bench.run();
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const values = Array.from({ length: repeats }, () => once(bench)).sort((a, b) => a - b);
  const wallMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  const cores = (user + system) / 1000 / wallMs;
  const median = values[values.length >> 1] as number;
  const met = kind === 'rate' ? median >= target : median <= target;
  const [min, max] = [values[0] as number, values[values.length - 1] as number];
  return { name, unit, kind, target, min, median, max, repeats, cores, met };
}

function once(bench: Bench): number {
  const begun = performance.now();
  const amount = bench.run();
  const seconds = (performance.now() - begun) / 1000;
  return bench.kind === 'rate' ? amount / seconds : amount;
}

/** Cores below which a measurement says little. */
const undisturbed = 0.9;

const thousands = ['', ' k', ' M', ' G'];

/** 8123456 as `8.12 M`. */
export function short(value: number): string {
  let power = 0;
  let rest = value;
  while (rest >= 1000 && power < thousands.length - 1) {
    rest /= 1000;
    power++;
  }
  return `${rest.toPrecision(3)}${thousands[power]}`;
}

export function row(m: Measurement): string {
  const wanted = `${m.kind === 'rate' ? '≥' : '≤'} ${short(m.target)}`;
  const disturbed = m.cores < undisturbed ? `(disturbed: ${m.cores.toFixed(2)} cores)` : '';
  const verdict = m.met ? '' : m.kind === 'rate' ? 'below target' : 'above target';
  const columns = [
    m.name.padEnd(44),
    short(m.median).padStart(8),
    m.unit.padEnd(12),
    wanted.padStart(9),
    `(${short(m.min)} … ${short(m.max)})`.padEnd(22),
    verdict,
    disturbed,
  ];
  return columns.join('  ').trimEnd();
}
