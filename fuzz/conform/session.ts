// Replays a log from its first line to its last: each call alone, compared at once. A call that
// the kernel refused and the engine did not is taken back, so that no difference causes others.

import type { SpaprDelta } from '../../engine/index.ts';
import { type Outcome, Violation } from '../../engine/runtime/index.ts';
import { type Attempt, attemptsOf } from './attempts.ts';
import { type Call, type Meaning, meaningOf, type Reading } from './calls.ts';
import { compare, type Comparison } from './compare.ts';
import { lifeOf, type Life } from './life.ts';
import { tooLarge } from './limits.ts';
import { type Entry, InexactField, type LogLine, textField } from './log.ts';
import type { Machine } from './machine.ts';
import type { Process } from './processes.ts';
import type { LineReport } from './report.ts';

type CallMeaning = Extract<Meaning, { readonly kind: 'call' }>;

/** One logged call and what it can have meant. */
interface Trial {
  readonly entry: Entry;
  readonly name: string;
  readonly call: Call;
  readonly attempts: readonly Attempt[];
}

/** Words of a log that announce calls of another process. */
const speaksOfFork = /\bfork|\bchild|\b(second|another|other) process/i;

export class Session {
  private readonly log: readonly LogLine[];
  private readonly machine: Machine;
  private readonly life: Life;
  private heading = '';
  /** Flags of the last GET_STATUS. */
  private groupFlags: number | null = null;
  private calls = 0;

  constructor(log: readonly LogLine[], machine: Machine, deltas: readonly SpaprDelta[]) {
    this.log = log;
    this.machine = machine;
    this.life = lifeOf(log, machine, deltas);
  }

  /** Replays line number `at` of the log; null for a comment. */
  next(at: number): LineReport | null {
    const entry = this.log[at] as LogLine;
    if (entry.kind === 'comment') {
      this.heading = entry.text;
      if (!speaksOfFork.test(entry.text)) this.life.endSupposed();
      return null;
    }
    const meaning = this.meaning(entry);
    if (meaning.kind === 'call') return this.call(at, entry, meaning);
    if (meaning.kind === 'reading') return this.reading(entry, meaning.name, meaning.reading);
    if (meaning.summary === true) this.life.unlogged = true;
    return outside(entry, meaning.name, meaning.reason);
  }

  private meaning(entry: Entry): Meaning {
    try {
      return meaningOf(entry);
    } catch (error) {
      if (!(error instanceof InexactField)) throw error;
      return { kind: 'outside', name: textField(entry, 'op') ?? '', reason: error.message };
    }
  }

  private reading(entry: Entry, name: string, { reading, value }: Reading): LineReport {
    const engine = this.read(reading);
    if (engine === null) return outside(entry, name, 'no GET_STATUS before it');
    const verdict = engine === value ? 'agreed' : 'differs';
    return this.line(entry, 'reading', name, verdict, `${value}`, `${engine}`, null);
  }

  private read(reading: Reading['reading']): number | null {
    const page = 2 ** this.machine.geometry.pageShift;
    if (reading === 'hostPage') return page;
    if (reading === 'groupFlags') return this.groupFlags;
    // mm->pinned_vm: nothing in the SPAPR driver counts there.
    if (reading === 'VmPin') return 0;
    const mm = this.life.host.mm(this.life.process().index);
    return (mm.lockedVm.stored * page) / 1024;
  }

  private call(at: number, entry: Entry, meaning: CallMeaning): LineReport {
    const { name, call, named } = meaning;
    const large = tooLarge(call, entry, this.machine);
    if (large !== null) return outside(entry, name, large);
    if (call.call === 'fork' || call.call === 'exit' || call.call === 'wait') {
      this.life.change(call.call);
      return outside(entry, name, 'the life of a process: followed, not compared');
    }
    if (call.call === 'close' && named.process === undefined) this.life.endSupposed();
    const fd = entry.fields['ret'];
    if (call.call.startsWith('open') && typeof fd === 'number' && fd >= 0)
      this.life.reopened(at, fd);
    const processes = this.processesFor(entry, named.process);
    const attempts = processes.flatMap((p) => attemptsOf(call, named, p, this.life.host));
    if (attempts.length === 0)
      return outside(entry, name, 'the log does not show the file of this call being opened');
    return this.attempt({ entry, name, call, attempts });
  }

  /** The process that the line names, else the current one; then children, where there are any. */
  private processesFor(entry: Entry, named: string | undefined): Process[] {
    if (named !== undefined) return [this.life.named(named)];
    const spoken = speaksOfFork.test(this.heading) || speaksOfFork.test(entry.text);
    const current = this.life.process();
    if (!spoken) return [current, ...this.life.children()];
    this.life.ensureChild();
    return [current, ...this.life.children()];
  }

  /** Keeps the first attempt that agrees and, where it can tell, changes something. */
  private attempt(trial: Trial): LineReport {
    const { entry, call, attempts } = trial;
    const { host } = this.life;
    let first: Comparison | null = null;
    let idle: Attempt | null = null;
    for (const attempt of attempts) {
      const mark = host.mark();
      const outcome = this.run(attempt);
      const result = compare(entry, call, outcome);
      const last = attempt === attempts.at(-1);
      if (result.agrees && (result.refused || host.changed(mark) || (last && idle === null)))
        return this.agreed(trial, attempt, outcome, result);
      if (result.agrees) idle ??= attempt;
      first ??= result;
      host.back(mark);
    }
    if (idle !== null) {
      const outcome = this.run(idle);
      const result = compare(entry, call, outcome);
      return this.agreed(trial, idle, outcome, result);
    }
    return this.differs(trial, first as Comparison);
  }

  private agreed(
    { entry, name, call, attempts }: Trial,
    attempt: Attempt,
    outcome: Outcome | Violation,
    { kernel, engine }: Comparison,
  ): LineReport {
    const [likeliest] = attempts as [Attempt];
    const note = attempt === likeliest ? null : assumed(attempt, likeliest);
    this.keep(entry, call, attempt, outcome);
    return this.line(entry, 'call', name, 'agreed', kernel, engine, note);
  }

  private differs(trial: Trial, { refused, done, kernel, engine }: Comparison): LineReport {
    const { entry, name, call, attempts } = trial;
    const [attempt] = attempts as [Attempt];
    if (!(refused && done)) {
      const outcome = this.run(attempt);
      if (!refused && done) this.keep(entry, call, attempt, outcome);
    }
    const note = attempts.length === 1 ? null : `${attempts.length} possible targets were tried`;
    return this.line(entry, 'call', name, 'differs', kernel, engine, note);
  }

  private run(attempt: Attempt): Outcome | Violation {
    return this.life.host.run(`call${++this.calls}`, attempt.process.index, attempt.steps);
  }

  /** The call counts: descriptors, and which files were used last. */
  private keep(entry: Entry, call: Call, attempt: Attempt, outcome: Outcome | Violation): void {
    if (outcome instanceof Violation) return;
    if (outcome.ret >= 0) attempt.commit?.(Number(entry.fields['ret']));
    const opened = call.call.startsWith('open') || call.call === 'deviceFd';
    const made = opened ? attempt.process.fds.get(Number(entry.fields['ret'])) : undefined;
    for (const file of [...attempt.files, ...(made === undefined ? [] : [made])])
      file.used = this.calls;
    if (call.call === 'status') this.groupFlags = outcome.out?.['flags'] ?? null;
  }

  private line(
    { line }: Entry,
    kind: 'call' | 'reading',
    name: string,
    verdict: 'agreed' | 'differs',
    kernel: string,
    engine: string,
    note: string | null,
  ): LineReport {
    const late = verdict === 'differs' && this.life.unlogged;
    const reason = late ? 'calls before this line are not in the log' : null;
    return { line, kind, name, verdict, kernel, engine, reason, note, listed: false };
  }
}

function assumed(attempt: Attempt, likeliest: Attempt): string {
  const { process } = attempt;
  if (process !== likeliest.process) return `taken for a call of ${process.name}`;
  const fds = attempt.files.map((file) => process.descriptorOf(file)).join(' and ');
  return `taken for a call on descriptor ${fds}`;
}

function outside({ line }: Entry, name: string, reason: string): LineReport {
  return {
    line,
    kind: 'outside',
    name,
    verdict: 'outside',
    kernel: null,
    engine: null,
    reason,
    note: null,
    listed: false,
  };
}
