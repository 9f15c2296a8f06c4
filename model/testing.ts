// Topologies and shorthands for the tests of this folder. Not part of the public entry.
import { oracle } from './oracle.ts';
import type { Quirks } from './quirks.ts';
import type { ModelState } from './state.ts';
import type { FaultSite, Geometry, GroupSpec, Op, ProcessSpec, Topology } from './vocabulary.ts';

export const PAGE = 0x1000;
export const TCE64 = 0x8000000;

/** Four entries in the default window, 4K and 64K pages in dynamic ones. */
export const geometry: Geometry = {
  name: 'test',
  pageShift: 12,
  tce32Start: 0,
  tce32Size: 4 * PAGE,
  tce64Start: TCE64,
  pgsizes: 0x1000 | 0x10000,
  maxLevels: 2,
  maxDynamicWindows: 2,
  eeh: true,
  ownTablesOnly: false,
};

/** 4K pages from 16 MB, 64K pages from 32 MB, nothing above 48 MB. */
export const VA = 0x1000000;
export const VA64K = 0x2000000;
export const NOWHERE = 0x3000000;

export interface Parts {
  readonly groups?: readonly GroupSpec[];
  readonly process?: Partial<ProcessSpec>;
  readonly geometry?: Partial<Geometry>;
}

const plainGroups: readonly GroupSpec[] = [
  { kind: 'ddw', family: 0 },
  { kind: 'ddw', family: 0 },
  { kind: 'ddw', family: 1 },
  { kind: 'legacy', family: 2 },
  { kind: 'ddw', family: 0, noTableGroup: true },
];

/**
 * Two processes alike; containers of the given versions belong to the first. Groups: two of one
 * family, one of another, a legacy one, one without a table_group.
 */
export function topology(versions: readonly (1 | 2)[], parts: Parts = {}): Topology {
  const vmas = [
    { start: VA, end: VA64K, pageShift: 12 },
    { start: VA64K, end: NOWHERE, pageShift: 16 },
  ];
  const process = { vmas, ...parts.process };
  return {
    geometry: { ...geometry, ...parts.geometry },
    processes: [process, process],
    groups: parts.groups ?? plainGroups,
    containers: versions.map((version) => ({ version, process: 0 })),
  };
}

type Args<K extends Op['op']> = Partial<Omit<Extract<Op, { op: K }>, 'op'>>;

/** Operations with every argument defaulted to something that works. */
export const ops = {
  attach: (group = 0, container = 0): Op => ({ op: 'attach', container, group }),
  detach: (group = 0, container = 0): Op => ({ op: 'detach', container, group }),
  close: (container = 0): Op => ({ op: 'close', container }),
  enable: (container = 0): Op => ({ op: 'enable', container }),
  disable: (container = 0): Op => ({ op: 'disable', container }),
  register: (args: Args<'register' | 'unregister'> = {}): Op => ({
    op: 'register',
    container: 0,
    va: VA,
    size: 2 * PAGE,
    ...args,
  }),
  unregister: (args: Args<'register' | 'unregister'> = {}): Op => ({
    op: 'unregister',
    container: 0,
    va: VA,
    size: 2 * PAGE,
    ...args,
  }),
  map: (args: Args<'map'> = {}): Op => ({
    op: 'map',
    container: 0,
    iova: 0,
    va: VA,
    size: PAGE,
    ...args,
  }),
  unmap: (args: Args<'unmap'> = {}): Op => ({
    op: 'unmap',
    container: 0,
    iova: 0,
    size: PAGE,
    ...args,
  }),
  create: (args: Args<'create'> = {}): Op => ({
    op: 'create',
    container: 0,
    pageShift: 12,
    windowSize: 4 * PAGE,
    levels: 1,
    ...args,
  }),
  remove: (args: Args<'remove'> = {}): Op => ({ op: 'remove', container: 0, start: 0, ...args }),
  info: (args: Args<'info'> = {}): Op => ({ op: 'info', container: 0, ...args }),
  extension: (extension: number): Op => ({ op: 'checkExtension', container: 0, extension }),
  eeh: (): Op => ({ op: 'eeh', container: 0 }),
  unknown: (): Op => ({ op: 'unknownIoctl', container: 0 }),
} as const;

/** An operation of the second process instead of the first. */
export interface ByStranger {
  readonly stranger: Op;
}
export const byStranger = (op: Op): ByStranger => ({ stranger: op });

/**
 * Runs operations one after the other; the state after the last, and what each returned. The
 * faults are for what is run from that state.
 */
export function run(
  topo: Topology,
  list: readonly (Op | ByStranger)[],
  faults: readonly FaultSite[] = [],
  quirks: Partial<Quirks> = {},
) {
  let state: ModelState = oracle.initial(topo, faults, quirks);
  const rets: number[] = [];
  let out: Readonly<Record<string, number>> | undefined;
  for (const item of list) {
    const applied =
      'stranger' in item ? oracle.apply(state, item.stranger, 1) : oracle.apply(state, item, 0);
    state = applied.state;
    rets.push(applied.result.ret);
    out = applied.result.out;
  }
  return { state, rets, last: rets.at(-1), out };
}

/**
 * Every way the operations can run side by side from the state: the sets of results, as text, and
 * the quiescent states they end in.
 */
export function interleave(start: ModelState, list: readonly Op[], process = 0) {
  const results = new Set<string>();
  const finals = new Map<string, ModelState>();
  const seen = new Set<string>();
  const stack = [{ state: start, pendings: list.map((op) => oracle.begin(op, process)) }];
  let deadlocks = 0;
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const { state, pendings } = at;
    const key = `${state.key}/${pendings.map((pending) => pending.key).join('/')}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (pendings.every((pending) => pending.done !== null)) {
      results.add(pendings.map((pending) => pending.done?.ret).join(' '));
      finals.set(state.key, state);
      continue;
    }
    let moves = 0;
    pendings.forEach((pending, index) => {
      for (const next of oracle.advance(state, pending)) {
        moves += 1;
        stack.push({ state: next.state, pendings: pendings.with(index, next.pending) });
      }
    });
    if (moves === 0) deadlocks += 1;
  }
  return {
    results: [...results].sort(),
    finals: [...finals.values()],
    deadlocks,
    states: seen.size,
  };
}
