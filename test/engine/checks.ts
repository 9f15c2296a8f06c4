// The order of a call's checks, tested from a list: every check broken by itself returns its errno,
// and of any two broken together the earlier one answers.

import { describe, expect, test } from 'vitest';
import type { Op } from '../../engine/index.ts';
import { ops, type Parts } from '../../model/testing.ts';
import { type Call, lockedVm, type Refusals, run, type Setting } from './host.ts';

/** What a call finds and how it is made; each check of the call is one thing wrong with it. */
export interface Scene {
  readonly version: 1 | 2;
  /** REGISTER (v2) or ENABLE (v1) went well before. */
  readonly ready: boolean;
  /** A group took the place of the first one. */
  readonly swap?: number;
  /** The groups left again. */
  readonly detached: boolean;
  readonly before: readonly Op[];
  /** Another process makes the call. */
  readonly stranger: boolean;
  readonly args: Readonly<Record<string, unknown>>;
  readonly refuse: Refusals;
  /** Pages that locked_vm may still grow by; the rest is taken. */
  readonly spare?: number;
  readonly parts: Parts;
}

export interface Check {
  readonly name: string;
  readonly errno: number;
  readonly broken: Partial<Scene>;
  /** Checks that cannot be broken together with this one. */
  readonly apart?: readonly string[];
}

const clean: Scene = {
  version: 2,
  ready: true,
  detached: false,
  before: [],
  stranger: false,
  args: {},
  refuse: {},
  parts: {},
};

/** What `over` says wins; lists of arguments, refusals and calls add up. */
function merge(scene: Scene, over: Partial<Scene>): Scene {
  return {
    ...scene,
    ...over,
    before: [...scene.before, ...(over.before ?? [])],
    args: { ...scene.args, ...over.args },
    refuse: { ...scene.refuse, ...over.refuse },
    parts: { ...scene.parts, ...over.parts },
  };
}

function preparation({ version, ready, swap, detached, before, stranger }: Scene): Op[] {
  const { attach, detach, disable, enable, register } = ops;
  // A container is bound to its first process also by a call that fails after that.
  const bind = version === 2 ? [register({ badPointer: true })] : [enable(), disable()];
  return [
    attach(0),
    ...(stranger ? bind : []),
    ...(ready ? [version === 2 ? register() : enable()] : []),
    ...before,
    ...(swap === undefined ? [] : [detach(0), attach(swap)]),
    ...(detached ? [detach(swap ?? 0)] : []),
  ];
}

/** What `op` returns in a scene. */
function resultIn(scene: Scene, op: Op, deltas: Setting['deltas'] = []): number | undefined {
  const setting: Setting = { ...scene.parts, versions: [scene.version], deltas };
  const setup = preparation(scene);
  const call: Call = {
    op: { ...op, ...scene.args },
    process: scene.stranger ? 1 : 0,
    refuse: scene.refuse,
  };
  if (scene.spare === undefined) return run([...setup, call], setting).rets.at(-1);
  const memlockPages = (lockedVm(run(setup, setting)) as number) + scene.spare;
  return run([...setup, call], { ...setting, process: { memlockPages } }).rets.at(-1);
}

export interface Checked {
  readonly title: string;
  readonly op: Op;
  readonly scene?: Partial<Scene>;
  readonly deltas?: Setting['deltas'];
  /** In their order. */
  readonly checks: readonly Check[];
}

export function testChecks({ title, op, scene = {}, deltas = [], checks }: Checked): void {
  const base = merge(clean, scene);
  describe(title, () => {
    test('nothing wrong: 0', () => {
      expect(resultIn(base, op, deltas)).toBe(0);
    });

    test.each(checks)('$name: $errno', ({ broken, errno }) => {
      expect(resultIn(merge(base, broken), op, deltas)).toBe(errno);
    });

    test.each(checks)('$name answers before every later check', (first) => {
      const later = checks.slice(checks.indexOf(first) + 1);
      const answers = later
        .filter(({ name }) => !first.apart?.includes(name))
        .map(({ name, broken }) => {
          return [name, resultIn(merge(merge(base, broken), first.broken), op, deltas)];
        });
      expect(answers).toEqual(answers.map(([name]) => [name, first.errno]));
    });
  });
}

export const check = (
  name: string,
  errno: number,
  broken: Partial<Scene>,
  apart: readonly string[] = [],
): Check => ({ name, errno, broken, apart });
