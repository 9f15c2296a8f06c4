// A command line run in a test: streams, files and the clock in memory, and services that know one toy
// with one defect. Not part of the tool.

import type { Catalogue } from '../../fuzz/catalogue.ts';
import type { CheckItem, Found } from '../../fuzz/check.ts';
import type { Replayable } from '../../fuzz/finding/index.ts';
import { scopeService } from '../../fuzz/scopes/service.ts';
import { replayFinding } from '../../fuzz/trace/index.ts';
import { toyFinding } from '../toys/failing.ts';
import { toyHole } from '../toys/hole.ts';
import { toyW } from '../../bench/workload/w.ts';
import type { Io, Sink } from '../../cli/io.ts';
import { run } from '../../cli/run.ts';
import type { Services } from '../../cli/services.ts';

export const toyCatalogue: Catalogue = {
  revisions: [
    {
      id: 'reference',
      title: 'the engine as it should be',
      source: 'spec',
      subsystems: ['registration'],
      deltas: [],
    },
    {
      id: 'spapr/v11',
      title: 'the patch as posted',
      source: 'seed 001',
      subsystems: ['registration'],
      deltas: ['A1', 'B1'],
    },
    {
      id: 'spapr/6.12',
      title: 'Linux 6.12',
      source: 'linux 6.12.117',
      subsystems: ['registration'],
      deltas: ['B1', 'D1'],
    },
  ],
  deltas: [
    {
      id: 'A1',
      system: 'spapr',
      subsystem: 'registration',
      kind: 'defect',
      title: 'attach twice frees the list node',
      source: 'spec/spapr-tce-v2.md §11 A1',
      class: 'use after free',
      violates: 'use-after-free',
      trigger: 'attach one group twice',
    },
    {
      id: 'B1',
      system: 'spapr',
      subsystem: 'registration',
      kind: 'defect',
      title: 'map returns success over a hole',
      source: 'spec/spapr-tce-v2.md §11 B1',
      class: 'lost error',
      violates: 'MAP-001',
      trigger: 'unregister between two entries of a map',
    },
    {
      id: 'D1',
      system: 'spapr',
      subsystem: 'registration',
      kind: 'divergence',
      title: 'another error code',
      source: 'spec/spapr-tce-v2.md §2',
      class: 'error code',
      violates: null,
      trigger: 'a misaligned iova',
    },
  ],
  scenarios: [
    {
      id: 'map-unregister',
      title: 'map beside unregister',
      about: 'counts of a region',
      subsystem: 'registration',
    },
    {
      id: 'attach-twice',
      title: 'one group attached twice',
      about: 'the group list',
      subsystem: 'registration',
    },
  ],
  properties: [
    {
      id: 'MAP-001',
      title: 'a successful MAP has written every entry',
      rule: 'MAP returns 0 if and only if all entries of the range are written.',
      source: 'spec/spapr-tce-v2.md §10, invariant 8',
      blame: 'engine',
      subsystem: 'registration',
    },
  ],
};

const figures = { states: 1234, transitions: 3456, finalStates: 7, maxDepth: 42 };
export const toyFound = (): Found => ({ finding: toyFinding(toyHole()), causes: ['B1'] });

/** Every engine with B1 fails map-unregister; a bound below 1234 states is hit. */
export function fakeServices(interrupt?: () => void): Services {
  return {
    catalogue: toyCatalogue,
    check: async (plan, events, signal) => {
      const items: CheckItem[] = [];
      for (const engine of plan.engines)
        for (const scenario of plan.scenarios) {
          if (signal.aborted) return items;
          const at = { engine, scenario, states: 1000, itemsDone: items.length, items: 6 };
          events.progress(at);
          const broken = engine.deltas.includes('B1') && scenario === 'map-unregister';
          const cut = plan.maxStates < figures.states;
          const verdict = broken ? 'violated' : cut ? 'inconclusive' : 'holds';
          const reason = verdict === 'inconclusive' ? `more than ${plan.maxStates} states` : null;
          const found = broken ? [toyFound()] : [];
          const violated = broken ? ['MAP-001'] : [];
          items.push({ engine, scenario, verdict, reason, violated, found, figures });
          interrupt?.();
        }
      return items;
    },
    fuzz: async (plan, events) =>
      plan.engines.map((engine) => {
        const found = engine.deltas.includes('B1') ? [toyFound()] : [];
        const runs = Math.min(plan.runs, 5000);
        events.progress({ engine, runs, steps: 100 * runs, found: found.length });
        for (const one of found) events.found(engine, one);
        return { engine, runs, steps: 100 * runs, inconclusive: 0, found };
      }),
    ...scopeService('0.1.0'),
    replay: (finding: Replayable) => {
      const subject = finding.deltas.includes('B1') ? toyHole() : toyW('A', 2, 1);
      return replayFinding(finding, subject, { toolVersion: '0.1.0', deltas: [] });
    },
  };
}

export interface Options {
  readonly files?: Record<string, string>;
  readonly stdin?: string;
  readonly modules?: Record<string, Readonly<Record<string, unknown>> | Error>;
  readonly isTTY?: boolean;
  readonly env?: Record<string, string>;
  readonly services?: (interrupt: () => void) => Services;
}

export interface Transcript {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** All of it, as a terminal would show it. */
  readonly text: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Runs `iommucheck` with these arguments, in memory. */
export async function iommucheck(
  args: readonly string[],
  options: Options = {},
): Promise<Transcript> {
  const files: Record<string, string> = { ...options.files };
  const written = { stdout: '', stderr: '' };
  const controller = new AbortController();
  const sink = (name: 'stdout' | 'stderr'): Sink => ({
    write: (text) => void (written[name] += text),
    isTTY: options.isTTY ?? false,
    columns: 80,
  });
  let now = 0;
  const io: Io = {
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    env: options.env ?? {},
    files: memoryFiles(files),
    clock: { nowMs: () => (now += 1000) },
    signal: controller.signal,
    version: '0.1.0',
    cores: 2,
    importModule: async (path) => {
      const module = options.modules?.[path] ?? fail(`Cannot find module '${path}'`);
      if (module instanceof Error) throw module;
      return module;
    },
    stdin: () => options.stdin ?? '',
  };
  const make = options.services ?? (() => fakeServices());
  const code = await run(args, io, async () => make(() => controller.abort()));
  const text = `$ iommucheck ${args.join(' ')}\n${written.stderr}${written.stdout}exit ${code}\n`;
  return { code, ...written, text, files };
}

function memoryFiles(files: Record<string, string>): Io['files'] {
  return {
    read: (path) => files[path] ?? fail(`ENOENT: no such file or directory, open '${path}'`),
    readIfThere: (path) => files[path] ?? null,
    create: (path, text) => {
      if (path in files) fail(`EEXIST: file already exists, open '${path}'`);
      files[path] = text;
    },
    replace: (path, text) => {
      files[path] = text;
    },
    makeFolder: (path) => {
      if (path in files) fail(`EEXIST: file already exists, mkdir '${path}'`);
    },
  };
}

function fail(message: string): never {
  throw new Error(message);
}
