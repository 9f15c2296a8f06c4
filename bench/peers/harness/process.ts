// Runs one process to its end: wall time, peak memory, output; ends it when its time is over.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Output } from '../peer.ts';

export interface Ended {
  readonly output: Output;
  readonly wallMs: number;
  /** The highest sample; null for a process that ended before the first. A lower bound. */
  readonly rssMb: number | null;
  /** It did not finish in time and was ended. */
  readonly overdue: boolean;
}

/** The tool could not be run, or not be understood: a result of the bench, not its end. */
export class Failure extends Error {}

const sampleMs = 5;

/** What runs now; each leads a group of its own, which a Ctrl-C for the bench does not reach. */
const running = new Set<ChildProcess>();

export function endAll(): void {
  for (const child of running) endGroup(child);
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

export async function runProcess(command: Command, folder: string, capMs: number): Promise<Ended> {
  const begun = performance.now();
  const child = spawn(command.file, command.args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what it starts can be ended with it.
    detached: true,
  });
  const texts = [child.stdout, child.stderr].map((stream) => collect(stream));
  let rssMb: number | null = null;
  const sampling = setInterval(() => (rssMb = peakOf(child) ?? rssMb), sampleMs);
  let overdue = false;
  const cap = setTimeout(() => {
    overdue = true;
    endGroup(child);
  }, capMs);
  running.add(child);
  try {
    const { code, wallMs } = await ended(child, begun);
    const [stdout = '', stderr = ''] = await Promise.all(texts);
    const file = (name: string) => {
      const path = join(folder, name);
      return existsSync(path) ? readFileSync(path, 'utf8') : null;
    };
    return { output: { code, stdout, stderr, file }, wallMs, rssMb, overdue };
  } finally {
    running.delete(child);
    clearInterval(sampling);
    clearTimeout(cap);
  }
}

function ended(child: ChildProcess, begun: number) {
  return new Promise<{ code: number | null; wallMs: number }>((resolve, reject) => {
    child.on('error', (error) => reject(new Failure(error.message)));
    child.on('exit', (code) => resolve({ code, wallMs: performance.now() - begun }));
  });
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) text += chunk;
  return text;
}

/** The kernel's high-water mark, where there is such a kernel. */
function peakOf({ pid }: ChildProcess): number | null {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return line === null ? null : Number(line[1]) / 1024;
  } catch {
    return null;
  }
}
