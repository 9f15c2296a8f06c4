// The processes of a log: when one begins, forks and ends. A log says little of it. A descriptor
// number that is opened a second time tells that its process has ended, or closed it, in between.

import type { SpaprDelta } from '../../engine/index.ts';
import { closing } from './attempts.ts';
import { meaningOf } from './calls.ts';
import { Host, maxProcesses } from './host.ts';
import { LogError, type LogLine, textField } from './log.ts';
import type { Machine } from './machine.ts';
import { Process } from './processes.ts';

export class Life {
  /** Calls were made that the log does not list, in or beside the current process. */
  unlogged = false;
  private readonly log: readonly LogLine[];
  private readonly boot: () => Host;
  private booted: Host | null = null;
  private alive: Process[] = [];
  private supposed: Process | null = null;
  private begun = 0;
  private closed = 0;

  constructor(log: readonly LogLine[], boot: () => Host) {
    this.log = log;
    this.boot = boot;
  }

  get host(): Host {
    return (this.booted ??= this.boot());
  }

  /** The current process; begins one if none is alive. */
  process(): Process {
    return this.alive[0] ?? this.begin('the process', null);
  }

  children(): readonly Process[] {
    return this.alive.slice(1);
  }

  /** A child of the current process is alive: supposed to be forked now if it must be. */
  ensureChild(): Process {
    const parent = this.process();
    const [, child] = this.alive;
    return child ?? (this.supposed = this.begin('a forked child', parent));
  }

  /** The log goes on to something else: a child that was only supposed has ended. */
  endSupposed(): void {
    if (this.supposed !== null) this.end(this.supposed);
  }

  /** The process that a log calls so; a new name is a child of the first. */
  named(name: string): Process {
    if (name === 'child') return this.ensureChild();
    const found = this.alive.find((p) => p.name === name);
    if (found !== undefined) return found;
    const first = this.alive.length === 0;
    return first ? this.begin(name, null) : this.begin(name, this.process());
  }

  change(how: 'fork' | 'exit' | 'wait'): void {
    if (how === 'fork') this.begin('a forked child', this.process());
    const [, child] = this.alive;
    if (how === 'exit') this.end(child ?? this.process());
    if (how === 'wait') for (const done of this.children()) this.end(done);
  }

  /** Line `at` opens descriptor `fd`: if that is open, its owner is gone, or has closed it. */
  reopened(at: number, fd: number): void {
    const current = this.process();
    if (!current.fds.has(fd)) return;
    if (this.baseline(at) > 0) return this.closeFiles(current);
    for (const process of [...this.alive].reverse()) this.end(process);
  }

  /** The next reading of VmLck before anything is charged: a new process begins with 0. */
  private baseline(at: number): number {
    for (const line of this.log.slice(at)) {
      if (line.kind === 'comment') continue;
      const match = /^VmLck:\s*(\d+)/.exec(textField(line, 'status') ?? '');
      if (match !== null) return Number(match[1]);
      const op = textField(line, 'op') ?? '';
      if (/REGISTER|ENABLE|MAP|CREATE/.test(op) && line.fields['ret'] === 0) return 0;
    }
    return 0;
  }

  private begin(name: string, parent: Process | null): Process {
    if (this.begun === maxProcesses)
      throw new LogError(0, `more than ${maxProcesses} processes at the same time`);
    const process = new Process(this.begun++, name, parent);
    this.alive.push(process);
    return process;
  }

  /** exit_mm and exit_files. When nobody is left the host is as after its boot. */
  private end(process: Process): void {
    const { core } = this.host;
    const mm = this.host.mm(process.index);
    this.host.run(`exit${++this.closed}`, null, function* () {
      yield* core.spapr.processExit(mm, []);
      return { ret: 0 };
    });
    this.closeFiles(process);
    this.alive = this.alive.filter((p) => p !== process);
    if (process === this.supposed) this.supposed = null;
    if (this.alive.length > 0) return;
    this.booted = null;
    this.begun = 0;
    this.unlogged = false;
  }

  private closeFiles(process: Process): void {
    for (const [fd, file] of [...process.fds].sort(([a], [b]) => a - b)) {
      const { steps, commit } = closing(file, process, this.host.core);
      this.host.run(`close${++this.closed}`, null, steps);
      commit?.(fd);
    }
  }
}

/** The life of a log's processes; groups are those that the log opens. */
export function lifeOf(
  log: readonly LogLine[],
  machine: Machine,
  deltas: readonly SpaprDelta[],
): Life {
  const groups = new Set<string>();
  for (const line of log) {
    if (line.kind === 'comment' || textField(line, 'op')?.startsWith('open') !== true) continue;
    const meaning = meaningOf(line);
    if (meaning.kind === 'call' && meaning.call.call === 'openGroup')
      groups.add(meaning.call.group);
  }
  return new Life(log, () => new Host(machine, [...groups], deltas));
}
