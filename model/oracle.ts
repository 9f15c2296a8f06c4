// The oracle: what the whole container system may answer, composed of the compiled machines. apply()
// runs one operation alone; begin() and advance() run it step by step, so that a concurrent history
// can be judged by the set of states that some interleaving of the steps allows.
import { Cursor, type Environment, friendly } from './cursor.ts';
import { Draft } from './draft.ts';
import { attachRulesOf, noQuirks, type Quirks } from './quirks.ts';
import {
  type Container,
  ContainerData,
  type ModelState,
  ProcessData,
  StateData,
  type World,
} from './state.ts';
import { step } from './steps.ts';
import { containerTable } from './tables.ts';
import type { FaultSite, Op, Result, Topology } from './vocabulary.ts';

/** An operation between two of its atomic steps. */
export interface Pending {
  /** Canonical: equal if and only if operation, process, progress and refusal are. */
  readonly key: string;
  readonly op: Op;
  readonly process: number;
  readonly done: null | Result;
  /** The one refusal of the environment that the operation has met. */
  readonly fault: FaultSite | null;
}

export interface Successor {
  readonly state: ModelState;
  readonly pending: Pending;
}

export interface Oracle {
  /**
   * `quirks`: in what the run's revision differs from the reference by design. `closable`: some
   * operation closes a container while others may be in flight on it.
   */
  initial(
    topology: Topology,
    faults: readonly FaultSite[],
    quirks?: Partial<Quirks>,
    closable?: boolean,
  ): ModelState;
  begin(op: Op, process: number): Pending;
  /**
   * Every way one atomic step may go; none when the operation is done or must wait for another.
   * The environment refuses only at the sites given to initial(), once in an operation at most.
   */
  advance(state: ModelState, pending: Pending): readonly Successor[];
  /** The operation run alone in a friendly environment. */
  apply(
    state: ModelState,
    op: Op,
    process: number,
  ): { readonly state: ModelState; readonly result: Result };
  /** The process dies: the containers it opened are released. */
  exit(state: ModelState, process: number): ModelState;
}

class PendingData implements Pending {
  readonly cursor: Cursor;
  readonly opKey: string;
  readonly done: null | Result;
  #key: string | undefined;

  constructor(cursor: Cursor, opKey: string) {
    this.cursor = cursor;
    this.opKey = opKey;
    this.done = cursor.phase === 'done' ? cursor.result : null;
  }

  get key(): string {
    return (this.#key ??= `${this.opKey}#${this.cursor.text}`);
  }

  get op(): Op {
    return this.cursor.op;
  }

  get process(): number {
    return this.cursor.process;
  }

  get fault(): FaultSite | null {
    return this.cursor.fault;
  }
}

/** Refuses at one chosen site, or at none, and notes where it could have refused. */
class Choice implements Environment {
  readonly met = new Set<FaultSite>();
  readonly #chosen: FaultSite | null;

  constructor(chosen: FaultSite | null) {
    this.#chosen = chosen;
  }

  refuses(site: FaultSite): boolean {
    this.met.add(site);
    return site === this.#chosen;
  }
}

function initial(
  topology: Topology,
  faults: readonly FaultSite[],
  given: Partial<Quirks> = {},
  closable = false,
): ModelState {
  const quirks = { ...noQuirks, ...given };
  const world: World = {
    topology,
    geometry: topology.geometry,
    faults: new Set(faults),
    quirks,
    attachRules: attachRulesOf(quirks),
    closable,
  };
  const processes = topology.processes.map(() => new ProcessData());
  const containers = topology.containers.map(
    ({ version }) => new ContainerData(containerTable.root({ version })),
  );
  return new StateData(world, processes, containers);
}

const opKeys = new WeakMap<Op, string>();

function begin(op: Op, process: number): Pending {
  let opKey = opKeys.get(op);
  if (opKey === undefined) {
    const entries = Object.entries(op).sort(([a], [b]) => (a < b ? -1 : 1));
    opKeys.set(op, (opKey = entries.map(([name, value]) => `${name}=${value}`).join()));
  }
  return new PendingData(new Cursor(op, process), opKey);
}

function tryStep(
  state: StateData,
  { cursor: before, opKey }: PendingData,
  env: Environment,
  fault: FaultSite | null,
): Successor | null {
  const draft = new Draft(state);
  const cursor = before.clone();
  cursor.fault = fault;
  if (!step(draft, cursor, env)) return null;
  return { state: draft.finish(), pending: new PendingData(cursor, opKey) };
}

function advance(state: ModelState, pending: Pending): readonly Successor[] {
  const base = state as StateData;
  const from = pending as PendingData;
  if (from.done !== null) return [];
  const mayRefuse = from.fault === null && base.world.faults.size > 0;
  const choice = new Choice(null);
  const plain = tryStep(base, from, mayRefuse ? choice : friendly, from.fault);
  const successors = plain === null ? [] : [plain];
  if (!mayRefuse) return successors;
  for (const site of choice.met) {
    if (!base.world.faults.has(site)) continue;
    const refused = tryStep(base, from, new Choice(site), site);
    if (refused !== null) successors.push(refused);
  }
  return successors;
}

function apply(state: ModelState, op: Op, process: number) {
  const draft = new Draft(state as StateData);
  const cursor = new Cursor(op, process);
  while (cursor.phase !== 'done') {
    if (!step(draft, cursor, friendly)) {
      throw new Error(
        `model: ${op.op} waits for an operation in progress; apply() runs operations alone, use ` +
          'advance() on this state',
      );
    }
  }
  return { state: draft.finish(), result: cursor.result };
}

/** The container is bound to the process, or holds something of it as of a guest. */
const dependsOn = ({ mm, payer, prereg, windows }: Container, process: number): boolean =>
  mm === process ||
  payer === process ||
  prereg.some(({ guest }) => guest === process) ||
  windows.some((window) => window?.payer === process);

function exit(state: ModelState, process: number): ModelState {
  const draft = new Draft(state as StateData);
  state.world.topology.containers.forEach((spec, container) => {
    if (spec.process !== process || draft.container(container).node.value === 'closed') return;
    const cursor = new Cursor({ op: 'close', container }, process);
    // Operations in flight died with the process: nobody is left to wait for.
    Object.assign(draft.changeContainer(container), { locked: false, inFlight: 0, calls: 0 });
    cursor.goOn('release');
    while (cursor.phase !== 'done') step(draft, cursor, friendly);
  });
  // What operations in flight still held of an mm that no open container is bound to.
  state.processes.forEach((_, mm) => {
    const isUsed = draft.containers.some((c) => c.node.value !== 'closed' && dependsOn(c, mm));
    if (isUsed || draft.process(mm).lockedVm + draft.process(mm).regions.length === 0) return;
    Object.assign(draft.changeProcess(mm), { lockedVm: 0, regions: [] });
  });
  return draft.finish();
}

export const oracle: Oracle = { initial, begin, advance, apply, exit };
