// The file in which a scope keeps how far it got: read when it is resumed, written now and then and at
// the end.

import { CheckpointError, readCheckpoint, writeCheckpoint } from '../fuzz/scopes/checkpoint.ts';
import type { ScopePlan } from '../fuzz/scopes/plan.ts';
import type { ScopeProgress } from '../fuzz/scopes/scope.ts';
import type { Context, Values } from './command.ts';
import { artifactError, usageError } from './exit.ts';

const everyMs = 10_000;

export class Checkpoint {
  /** Where to go on from; null: from the beginning. */
  readonly begun: ScopeProgress | null;
  private readonly path: string | undefined;
  private readonly plan: ScopePlan;
  private readonly context: Context;
  private latest: ScopeProgress | null = null;
  private lastMs: number;

  constructor(values: Values, plan: ScopePlan, context: Context) {
    this.path = values.text('checkpoint');
    this.plan = plan;
    this.context = context;
    this.lastMs = context.io.clock.nowMs();
    this.begun = this.read(values.has('resume'));
  }

  keep(progress: ScopeProgress, nowMs: number): void {
    this.latest = progress;
    if (nowMs - this.lastMs < everyMs) return;
    this.lastMs = nowMs;
    this.flush();
  }

  /** Writes what has not been written yet. */
  flush(): void {
    const { path, latest, plan, context } = this;
    if (path === undefined || latest === null) return;
    const text = writeCheckpoint(plan, latest, context.io.version);
    try {
      context.io.files.replace(path, text);
    } catch (error) {
      const why = `why: ${(error as Error).message}`;
      throw artifactError(`--checkpoint ${path} cannot be written`, why, 'name another file');
    }
    this.latest = null;
  }

  private textAt(path: string): string | null {
    try {
      return this.context.io.files.readIfThere(path);
    } catch (error) {
      const why = `why: ${(error as Error).message}`;
      throw artifactError(`--checkpoint ${path} cannot be read`, why, 'name another file');
    }
  }

  private read(resume: boolean): ScopeProgress | null {
    const { path, context, plan } = this;
    if (path === undefined) {
      if (resume) throw usageError('--resume needs --checkpoint <file>');
      return null;
    }
    const text = this.textAt(path);
    if (!resume) {
      if (text === null) return null;
      throw usageError(
        `--checkpoint ${path} exists`,
        'go on from it with --resume, or name another file',
      );
    }
    if (text === null)
      throw artifactError(`--checkpoint ${path}: there is no such file`, 'begin without --resume');
    try {
      return readCheckpoint(text, plan, context.io.version);
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      throw artifactError(`--checkpoint ${path}: ${error.message}`, error.advice);
    }
  }
}
