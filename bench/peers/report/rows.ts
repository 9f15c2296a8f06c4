// The table as text cells: what was measured, in the words that both the terminal and the document show.

import { short } from '../../harness.ts';
import { isWrong, known, nameOf } from '../../workload/known.ts';
import type { Measured, Outcome } from '../harness/cell.ts';
import { disturbedAbove } from '../harness/repeat.ts';
import type { Scaled } from '../harness/twice.ts';
import type { Cell } from '../plan.ts';

export interface Result extends Cell {
  readonly outcome: Outcome | Scaled;
}

export interface Absent {
  readonly id: string;
  readonly why: string;
  readonly install: string;
}

export interface Group {
  readonly title: string;
  readonly rows: readonly (readonly string[])[];
}

export const columns = [
  'tool',
  'answer',
  'states',
  'transitions',
  'wall',
  'build',
  'CPU',
  'rate',
  'peak RSS',
  'runs',
  'note',
] as const;

/** Columns of text; the others hold numbers. */
export const textColumns: readonly string[] = ['tool', 'answer', 'note'];

const none = '–';

/** One group for each workload of each section, in the order of the results. */
export function groupsOf(results: readonly Result[], absent: readonly Absent[]): Group[] {
  const groups = new Map<string, string[][]>();
  for (const result of results) {
    const title = titleOf(result);
    const rows = groups.get(title) ?? [];
    rows.push(rowOf(result));
    groups.set(title, rows);
  }
  const tables = [...groups].map(([title, rows]) => ({ title, rows }));
  if (absent.length === 0) return tables;
  const rows = absent.map(({ id, why, install }) =>
    row(id, { answer: 'absent', note: `${why}; ${install}` }),
  );
  return [...tables, { title: 'not measured', rows }];
}

function titleOf({ section, workload }: Cell): string {
  const name = nameOf(workload);
  if (section === 'two processes') return 'two processes at once, each with all of the work';
  if (section === 'first error') return `${name}, the first error`;
  const row = known.find((each) => nameOf(each) === name);
  const counts = row && `: ${whole(row.states)} states, ${whole(row.transitions)} transitions`;
  return `${name}${counts ?? ''}${isWrong(workload) ? ', wrong' : ''}`;
}

type Fields = Partial<Record<(typeof columns)[number], string>>;

const row = (tool: string, fields: Fields): string[] =>
  columns.map((column) =>
    column === 'tool' ? tool : (fields[column] ?? (column === 'note' ? '' : none)),
  );

function rowOf({ outcome, configuration, workload, section }: Result): string[] {
  const { name } = configuration;
  return row(
    section === 'two processes' ? `${name}, ${nameOf(workload)}` : name,
    fieldsOf(outcome),
  );
}

function fieldsOf(outcome: Result['outcome']): Fields {
  if (outcome.kind === 'measured') return measuredFields(outcome);
  if (outcome.kind === 'scaled') return scaledFields(outcome);
  if (outcome.kind === 'failed') return { answer: 'failed', note: outcome.why };
  return { answer: `did not finish in ${outcome.capMs / 1000} s` };
}

function measuredFields(measured: Measured): Fields {
  const { answer, wallMs, buildMs, cpuMs, rssMb, repeats, wrong } = measured;
  const { states, transitions, traces } = answer;
  const counts =
    traces === undefined
      ? { ...(states !== undefined && { states: whole(states) }) }
      : { states: `${whole(traces)} traces` };
  return {
    ...counts,
    ...(transitions !== undefined && { transitions: whole(transitions) }),
    answer: answerText(measured),
    wall: time(wallMs),
    ...(buildMs !== null && { build: `+ ${time(buildMs)}` }),
    CPU: cpu(cpuMs, repeats),
    rate: rate(measured),
    ...(rssMb !== null && { 'peak RSS': `${Math.round(rssMb)} MB` }),
    runs: `${repeats}`,
    note: [...wrong.map((what) => `WRONG: ${what}`), ...disturbed(measured)].join('; '),
  };
}

function answerText({ answer: { verdict, runs, steps, switches } }: Measured): string {
  if (verdict === 'nothing found') return `nothing in ${runs} runs`;
  return steps === undefined ? verdict : `${verdict}: ${steps} steps, ${switches} switches`;
}

function rate({ answer: { states, traces, runs }, wallMs }: Measured): string {
  const [amount, what] =
    traces !== undefined
      ? [traces, 'traces']
      : states !== undefined
        ? [states, 'states']
        : [runs, 'runs'];
  return amount === undefined ? none : `${short((amount / wallMs) * 1000)} ${what}/s`;
}

function scaledFields(scaled: Scaled): Fields {
  return {
    answer: `${scaled.gain.toFixed(2)} × the work of one`,
    wall: `${time(scaled.oneMs)} → ${time(scaled.twoMs)}`,
    CPU: time(scaled.cpuMs),
    runs: `${scaled.repeats}`,
    note: disturbed(scaled).join(''),
  };
}

function disturbed({ others }: { readonly others: number | null }): string[] {
  if (others === null) return ['load unknown'];
  return others > disturbedAbove ? [`disturbed: others used ${others.toFixed(1)} cores`] : [];
}

/** The kernel counts in ticks of 10 ms, over all runs together. */
const cpu = (ms: number, runs: number) => (ms * runs < 20 ? '< 20 ms' : time(ms));

export function time(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(0)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms >= 100 ? ms.toFixed(0) : ms.toFixed(1)} ms`;
}

/** 73961 as `73 961`. */
export const whole = (n: number): string => `${n}`.replace(/\B(?=(\d{3})+$)/g, ' ');
