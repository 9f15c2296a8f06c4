// Where a peer is better than this tool, in sentences made from the results. Nothing is left out because
// it is small: a reader who looks for a reason against this tool should find it here.

import { nameOf } from '../../workload/known.ts';
import type { Measured } from '../harness/cell.ts';
import { reported, reportedMs } from './reported.ts';
import { type Result, time, whole } from './rows.ts';

const ourId = 'iommucheck';

/** CPU time below a tick of the kernel's clock is not known. */
const tickMs = 10;

interface Row extends Result {
  readonly outcome: Measured;
}

interface Duel {
  readonly workload: string;
  readonly theirs: Row;
  /** Our answers to the same question: the best of them in each measure counts. */
  readonly ours: readonly Row[];
}

const isRow = (result: Result): result is Row =>
  result.outcome.kind === 'measured' && result.outcome.wrong.length === 0;

/** What is compared, by its name: less is better. */
const measures = {
  'less wall time': ({ outcome }: Row) => outcome.wallMs,
  'less wall time, its build included': ({ outcome }: Row) =>
    outcome.buildMs === null ? null : outcome.wallMs + outcome.buildMs,
  'less CPU time': ({ outcome }: Row) => outcome.cpuMs,
  'less memory': ({ outcome }: Row) => outcome.rssMb,
  'fewer states': ({ outcome }: Row) => outcome.answer.states ?? null,
} satisfies Record<string, (row: Row) => number | null>;

export function losses(results: readonly Result[]): string[] {
  const duels = duelsOf(results.filter(isRow));
  const names = [...new Set(duels.map(({ theirs }) => theirs.configuration.name))];
  return names.flatMap((name) => {
    const mine = duels.filter(({ theirs }) => theirs.configuration.name === name);
    return Object.entries(measures).flatMap(([what, of]) => sentence(name, what, of, mine));
  });
}

/** Where a tool of another run is said to have taken less wall time than the best of ours here. */
export function reportedLosses(results: readonly Result[]): string[] {
  const ours = results
    .filter(isRow)
    .filter(({ peer, section }) => peer.id === ourId && section === 'verdict');
  return reported.flatMap(({ tool, cells }) => {
    const lost = Object.entries(cells).flatMap(([workload, cell]) => {
      const theirs = reportedMs(cell);
      const mine = ours
        .filter((row) => nameOf(row.workload) === workload)
        .map(({ outcome }) => outcome.wallMs);
      if (theirs === null || mine.length === 0 || theirs >= Math.min(...mine)) return [];
      return [`${workload} (${time(theirs)} against ${time(Math.min(...mine))})`];
    });
    return lost.length === 0 ? [] : [`${tool}: ${lost.join(', ')}.`];
  });
}

function duelsOf(rows: readonly Row[]): Duel[] {
  const others = rows.filter(({ peer }) => peer.id !== ourId);
  return others.flatMap((theirs): Duel[] => {
    // Random runs end at the first error: that is no verdict on the whole.
    if (theirs.configuration.counts === 'random' && theirs.section === 'verdict') return [];
    const ours = rows.filter(
      (row) =>
        row.peer.id === ourId &&
        row.section === theirs.section &&
        nameOf(row.workload) === nameOf(theirs.workload),
    );
    const name = nameOf(theirs.workload);
    const workload = theirs.section === 'first error' ? `the first error of ${name}` : name;
    return ours.length === 0 ? [] : [{ workload, theirs, ours }];
  });
}

function sentence(
  name: string,
  what: string,
  of: (row: Row) => number | null,
  duels: readonly Duel[],
): string[] {
  const compared = duels.flatMap(({ workload, theirs, ours }) => {
    const [a, mine] = [of(theirs), ours.flatMap((row) => of(row) ?? [])];
    return a === null || mine.length === 0 ? [] : [{ workload, a, b: Math.min(...mine) }];
  });
  const lost = compared.filter(({ a, b }) => a < b).toSorted((x, y) => x.a / x.b - y.a / y.b);
  const worst = lost[0];
  if (worst === undefined) return [];
  const figures = `${figure(what, worst.a)} against ${figure(what, worst.b)}`;
  if (lost.length === 1) return [`${name}: ${what} on ${worst.workload}, ${figures}.`];
  const where =
    lost.length <= 4
      ? lost.map(({ workload }) => workload).join(', ')
      : `${lost.length} of ${compared.length} workloads`;
  return [`${name}: ${what} on ${where}; most on ${worst.workload}, ${figures}.`];
}

function figure(what: string, n: number): string {
  if (what === 'less CPU time' && n < tickMs) return `less than ${tickMs} ms`;
  if (what.includes('time')) return time(n);
  return what.includes('memory') ? `${Math.round(n)} MB` : whole(n);
}
