// What a scenario is, and the small vocabulary in which the bundled ones are written.

import type { Op, Program, SpaprProgram, Subsystem, Topology } from '../../engine/index.ts';
import type { FaultSite, Geometry, GroupSpec } from '../../engine/vfio/vocabulary.ts';

/** A named small program: a litmus test, as data. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** What it is there to show. */
  readonly about: string;
  /** It is run on the revisions of this part of the stack. */
  readonly subsystem: Subsystem;
  /** Revisions whose user space has no such program: their code lacks the commands. */
  readonly notOn?: readonly string[];
  /**
   * Ids of the properties that it must show violated, by revision; on a revision that is not named,
   * none. Without this, only the reference is expected to hold.
   */
  readonly expect?: Readonly<Record<string, readonly string[]>>;
  /**
   * In-kernel callers break a contract: what is found is their fault, on every revision. `check` runs
   * such programs when asked to.
   */
  readonly callers?: 'careless';
  readonly program: Program;
}

/** One of SPAPR registration: fuzz/scenarios/index.ts says so of all of them. */
export type SpaprScenario = Omit<Scenario, 'subsystem'>;

export const page = 0x1000;

/** Where the registered memory of a scenario begins; 16 pages of it can be pinned. */
export const memory = 0x10000;

/** Windows of four 4K entries, table sizes of a page: everything that matters, and little else. */
export const smallGeometry: Geometry = {
  name: 'small',
  pageShift: 12,
  tce32Start: 0,
  tce32Size: 4 * page,
  tce64Start: 0x100000,
  pgsizes: 0x11000,
  maxLevels: 2,
  maxDynamicWindows: 2,
  eeh: true,
  ownTablesOnly: false,
};

const ddw: GroupSpec = { kind: 'ddw', family: 0 };

export interface Shape {
  readonly groups?: readonly GroupSpec[];
  /** Versions of the containers, all opened by process 0. */
  readonly containers?: readonly (1 | 2)[];
  readonly processes?: number;
  readonly memlockPages?: number;
  readonly geometry?: Geometry;
}

export function topology(shape: Shape = {}): Topology {
  const vmas = [{ start: memory, end: memory + 16 * page, pageShift: 12 }];
  const limit = shape.memlockPages === undefined ? {} : { memlockPages: shape.memlockPages };
  return {
    geometry: shape.geometry ?? smallGeometry,
    processes: Array.from({ length: shape.processes ?? 1 }, () => ({ vmas, ...limit })),
    groups: shape.groups ?? [ddw],
    containers: (shape.containers ?? [2]).map((version) => ({ version, process: 0 })),
  };
}

/** Operations on container 0, arguments in pages: `at` is a page of memory, `entry` of the window. */
export const attach = (group = 0, container = 0): Op => ({ op: 'attach', container, group });
export const detach = (group = 0, container = 0): Op => ({ op: 'detach', container, group });
export const close = (container = 0): Op => ({ op: 'close', container });
export const enable = (container = 0): Op => ({ op: 'enable', container });
export const disable = (container = 0): Op => ({ op: 'disable', container });

export const register = (at: number, pages: number, container = 0): Op => ({
  op: 'register',
  container,
  va: memory + at * page,
  size: pages * page,
});

export const unregister = (at: number, pages: number, container = 0): Op => ({
  op: 'unregister',
  container,
  va: memory + at * page,
  size: pages * page,
});

export const map = (entry: number, at: number, pages: number, container = 0): Op => ({
  op: 'map',
  container,
  iova: entry * page,
  va: memory + at * page,
  size: pages * page,
});

export const unmap = (entry: number, pages: number, container = 0): Op => ({
  op: 'unmap',
  container,
  iova: entry * page,
  size: pages * page,
});

export const create = (container = 0): Op => ({
  op: 'create',
  container,
  pageShift: 12,
  windowSize: 4 * page,
  levels: 1,
});

export const remove = (start = 0, container = 0): Op => ({ op: 'remove', container, start });

/** A program of process 0 on one topology. */
export function program(
  shape: Shape,
  setup: readonly Op[],
  tasks: readonly (readonly Op[])[],
  refusals: readonly FaultSite[] = [],
): SpaprProgram {
  return {
    system: 'spapr',
    topology: topology(shape),
    setup,
    tasks: tasks.map((ops) => ({ process: 0, ops })),
    faults: { budget: refusals.length === 0 ? 0 : 1, sites: refusals },
  };
}
