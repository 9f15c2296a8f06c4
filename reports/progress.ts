// The line that says how far a run got: rewritten in place on a terminal, and elsewhere a plain line
// now and then, so that a log shows life without drowning in it. The time is passed in.

import type { EngineRef } from '../fuzz/catalogue.ts';
import { countText } from './summary.ts';
import { engineName, plural } from './words.ts';

const terminalEveryMs = 100;
const logEveryMs = 30_000;
const eraseLine = '\r\u001b[K';

export class Progress {
  private readonly write: (text: string) => void;
  private readonly isTTY: boolean;
  private readonly columns: number;
  private last: number;
  private shown = false;

  /** `startMs` is the time of the run's beginning: a log stays silent for the first interval. */
  constructor(write: (text: string) => void, isTTY: boolean, columns: number, startMs: number) {
    this.write = write;
    this.isTTY = isTTY;
    this.columns = columns;
    this.last = isTTY ? Number.NEGATIVE_INFINITY : startMs;
  }

  update(text: string, nowMs: number): void {
    if (nowMs - this.last < (this.isTTY ? terminalEveryMs : logEveryMs)) return;
    this.last = nowMs;
    if (this.isTTY) this.write(eraseLine + text.slice(0, this.columns - 1));
    else this.write(`${text}\n`);
    this.shown = true;
  }

  /** Takes the line away, before other output or at the end. */
  clear(): void {
    if (this.isTTY && this.shown) this.write(eraseLine);
    this.shown = false;
  }
}

export interface CheckProgress {
  readonly engine: EngineRef;
  readonly scenario: string;
  readonly states: number;
  readonly itemsDone: number;
  readonly items: number;
}

export function checkProgressText(at: CheckProgress, elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1000);
  const where = `${engineName(at.engine)} ${at.scenario}`;
  return `${at.itemsDone} of ${at.items}: ${where}, ${countText(at.states)} states, ${seconds} s`;
}

export interface CampaignProgress {
  readonly engine: EngineRef;
  readonly runs: number;
  readonly steps: number;
  readonly found: number;
}

export function campaignProgressText(at: CampaignProgress, elapsedMs: number): string {
  const seconds = Math.max(elapsedMs, 1) / 1000;
  const rate = countText(Math.round(at.steps / seconds));
  const found = at.found === 0 ? '' : `, ${plural(at.found, 'violation')}`;
  const runs = `${countText(at.runs)} runs, ${rate} steps/s`;
  return `${engineName(at.engine)}: ${runs}${found}, ${Math.floor(seconds)} s`;
}

/** `share`: from 0 to 1, of all that was to be done. */
export interface ScopeProgressLine {
  readonly context: string;
  readonly programs: number;
  readonly ofPrograms: number;
  readonly states: number;
  readonly share: number;
}

export function scopeProgressText(at: ScopeProgressLine, elapsedMs: number): string {
  const programs = `${countText(at.programs)} of ${countText(at.ofPrograms)} programs`;
  const leftMs = (elapsedMs * (1 - at.share)) / at.share;
  const left = Number.isFinite(leftMs) ? `, about ${timeText(leftMs)} left` : '';
  return `${at.context}: ${programs}, ${countText(at.states)} states, ${timeText(elapsedMs)}${left}`;
}

function timeText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
