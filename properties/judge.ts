// Judges one program's runs: follows its operations with the machines, and asks every property
// whenever nothing is in flight. One object for each booted program.

import {
  type Cell,
  checkLeaks,
  type Executor,
  KernelObject,
  type Listener,
  type Outcome,
  type Task,
  Violation,
  type Watcher,
  type Birth,
} from '../engine/runtime/index.ts';
import {
  errnoName,
  isClosable,
  type Op,
  opText,
  type SpaprProgram,
  type SpaprWorld,
} from '../engine/index.ts';
import { type ModelState, noQuirks, oracle, type Pending, type Quirks } from '../model/index.ts';
import { engineText, modelText } from './abstraction.ts';
import { checkLockedVm, checkPins } from './accounting.ts';
import { type Call, Calls } from './calls.ts';
import { AtomicityJudge, type Look, type Words } from './linearizability/judge.ts';
import { wholeOps } from './linearizability/promise.ts';
import { spaprPromises } from './linearizability/spapr.ts';
import { properties } from './catalogue.ts';
import { type Configurations, Refinement, spaprSteps } from './configurations.ts';
import { AttachWatcher, checkGroupLists, checkWindows } from './windows.ts';
import { checkViews, MapWatcher } from './entries.ts';
import { FaultWatcher } from './faults.ts';
import { Judged } from './judged.ts';
import { broken } from './property.ts';
import { checkRegions } from './registration.ts';
import { Unregistered } from './unregistered.ts';
import { rcuIdle } from './view.ts';

/** What the judge remembers of a run; cells, so that undo restores it and states include it. */
class Ghost extends KernelObject {
  readonly configurations: Cell<Configurations>;
  /** Containers that a REGISTER succeeded on, as bits. */
  readonly registered: Cell<number>;

  constructor(birth: Birth, initial: Configurations) {
    super(birth);
    this.configurations = this.cell('configurations', initial);
    this.registered = this.cell('registered', 0);
  }

  get kind(): string {
    return 'judge';
  }
}

/** Watchers to boot a program with; the judge reads the first one's verdict on refusals. */
export function watchersFor(program: SpaprProgram): readonly Watcher<unknown>[] {
  const ops = new Map<string, Op>();
  for (const op of [...program.setup, ...program.tasks.flatMap((t) => t.ops)])
    ops.set(opText(op), op);
  return [
    new FaultWatcher(),
    new MapWatcher(ops),
    new AttachWatcher(ops),
  ] as readonly Watcher<unknown>[];
}

export class SpaprJudge implements Listener {
  /** What it remembers are machines' states and containers. */
  readonly renames = true;
  /** The machines explain a history by what had ended before what began. */
  readonly intervals = true;
  private readonly world: SpaprWorld;
  private readonly executor: Executor;
  private readonly calls: Calls;
  private readonly refinement: Refinement;
  private readonly ghost: Ghost;
  private readonly unregistered: Unregistered;
  private readonly atomicity: AtomicityJudge<ModelState, Pending, Outcome> | null;
  /** Quiescent states that were found right, and the configurations that agree with them. */
  private readonly judged = new Judged<Configurations>();

  constructor(
    program: SpaprProgram,
    world: SpaprWorld,
    executor: Executor,
    quirks: readonly string[] = [],
    closable = isClosable(program),
    refinement = new Refinement(),
  ) {
    this.world = world;
    this.executor = executor;
    this.refinement = refinement;
    this.calls = new Calls(program, refinement.numberOf);
    const sites = program.faults.budget === 0 ? [] : program.faults.sites;
    const state = oracle.initial(program.topology, sites, quirksNamed(quirks), closable);
    const initial = this.refinement.initial(state, executor.tasks.length);
    this.ghost = world.heap.boot(Ghost, 'judge', initial);
    this.unregistered = new Unregistered(program, world);
    const whole = wholeOps<Op, SpaprProgram>(spaprPromises, program);
    const start = { machines: spaprSteps, state, tasks: executor.tasks.length };
    this.atomicity = whole.size === 0 ? null : new AtomicityJudge(world.heap, start, whole, words);
  }

  onBegin(task: Task): void {
    const call = this.calls.of(task, task.node.opIndex);
    if (call === null) return;
    this.follow(this.refinement.begin(this.ghost.configurations.stored, call));
    this.atomicity?.begin(call);
  }

  onEnd(task: Task, result: Outcome, opIndex: number, watched: readonly unknown[]): void {
    const call = this.calls.of(task, opIndex);
    if (call === null) return;
    const { op } = call;
    checkErrno(op, result);
    if (op.op === 'register' && result.ret === 0) this.noteRegistered(op.container);
    if ((op.op === 'register' || op.op === 'unregister') && result.ret === 0)
      this.unregistered.note(op);
    const from = this.ghost.configurations.stored;
    const to = this.refinement.end(from, call, result, watched[0] as string);
    if (to.all.length === 0) throw this.unexplained(from, call, result);
    this.follow(to);
    this.atomicity?.end(call, result, watched[0] as string);
  }

  quiescent(): void {
    this.unregistered.check();
    const { heap } = this.world;
    const { exiting, tasks } = this.executor;
    const idle = rcuIdle(this.world) && tasks.every((t) => t.idle);
    const lane1 = heap.digest1 ^ (exiting ? 0x5bd1e995 : 0) ^ (idle ? 0x2545f491 : 0);
    const lane2 = heap.digest2;
    let agreed = this.judged.get(lane1, lane2);
    if (agreed === undefined) {
      agreed = this.check(exiting, idle);
      this.judged.set(lane1, lane2, agreed);
    }
    this.follow(agreed);
    if (!exiting) this.atomicity?.settle(() => this.look());
  }

  private look(): Look<ModelState> {
    const text = engineText(this.world);
    return {
      text,
      agrees: (state) => modelText(state) === text,
      difference: (state) => {
        const [mine, theirs] = firstDifference(text, modelText(state));
        const said = `the engine has “${mine}”, the machines have “${theirs}”`;
        return { key: kindOf(mine, theirs), text: said };
      },
    };
  }

  private check(exiting: boolean, idle: boolean): Configurations {
    try {
      return this.checkAll(exiting, idle);
    } catch (error) {
      // What only shows when a process dies is another failure than what shows while it runs.
      if (!(error instanceof Violation) || !exiting) throw error;
      const { property, key, message, object, counts } = error;
      throw new Violation(property, `${key} at exit`, message, object, counts);
    }
  }

  private checkAll(exiting: boolean, idle: boolean): Configurations {
    const { world } = this;
    checkWindows(world);
    checkGroupLists(world);
    checkViews(world);
    checkRegions(world);
    checkLockedVm(world);
    // Regions that wait for a grace period, or are being unpinned, still hold pins.
    if (idle) checkPins(world);
    this.checkEnabled();
    // Processes that exit leave the machines' world.
    return exiting ? this.ghost.configurations.stored : this.agreement();
  }

  final(): void {
    this.quiescent();
    for (const mm of this.world.mms) {
      if (mm.count.stored === 0) continue;
      throw broken(
        properties.accounting,
        'mm reference',
        `${mm.name} is still referenced ${mm.count.stored} times after everything was released`,
        mm,
      );
    }
    checkLeaks(this.world.heap);
  }

  private follow(to: Configurations): void {
    this.world.heap.store(this.ghost.configurations, to);
  }

  private noteRegistered(container: number): void {
    const bits = this.ghost.registered.stored | (1 << container);
    this.world.heap.store(this.ghost.registered, bits);
  }

  private unexplained(from: Configurations, { op, task }: Call, result: Outcome) {
    // It says more than that the machines object.
    if (op.op === 'unregister' && result.ret === 0) this.unregistered.checkOne(op);
    const allowed = this.refinement.allowed(from, task).map(errnoName).join(' or ');
    return broken(
      properties.conformance,
      `${op.op} ${errnoName(result.ret)}`,
      `${opText(op)} returned ${errnoName(result.ret)}; the machines allow ${allowed || 'nothing'}`,
    );
  }

  private checkEnabled(): void {
    for (const container of this.world.containers) {
      const registered = (this.ghost.registered.stored & (1 << container.index)) !== 0;
      if (!container.v2 || container.enabled.stored === registered) continue;
      throw broken(
        properties.enabled,
        registered ? 'not enabled' : 'enabled',
        registered
          ? `${container.name} is not enabled, although a REGISTER on it succeeded`
          : `${container.name} is enabled, but no REGISTER on it ever succeeded`,
        container,
      );
    }
  }

  private agreement(): Configurations {
    const from = this.ghost.configurations.stored;
    const { text, difference } = this.look();
    const to = this.refinement.agree(from, text, modelText);
    if (to.all.length > 0) return to;
    const found = difference((from.all[0] as Configurations['all'][number]).state);
    throw broken(properties.agreement, found.key, found.text);
  }
}

const words: Words<Pending, Outcome> = {
  returned: ({ pending, result }) => `${opText(pending.op)} returned ${errnoName(result.ret)}`,
  key: ({ pending, result }) => `${pending.op.op} ${errnoName(result.ret)}`,
  possible: ({ ret }) => errnoName(ret),
};

/** Deltas name the machines' quirks; a name that the machines do not know would allow nothing. */
function quirksNamed(names: readonly string[]): Partial<Quirks> {
  for (const name of names)
    if (!(name in noQuirks))
      throw new Error(`a delta allows ${name}: the machines have no such quirk`);
  return Object.fromEntries(names.map((name) => [name, true]));
}

function checkErrno(op: Op, { ret }: Outcome): void {
  if (ret <= 0 || op.op === 'checkExtension') return;
  throw broken(properties.errno, op.op, `${opText(op)} returned ${ret}`);
}

/** The first facts in which two states differ. */
function firstDifference(a: string, b: string): [string, string] {
  const split = (text: string) => text.split(/\n|; /);
  const [as, bs] = [split(a), split(b)];
  const i = as.findIndex((fact, at) => fact !== bs[at]);
  return [as[i] ?? a, bs[i] ?? b];
}

/** The kind of fact: its first word, which does not depend on addresses. */
function kindOf(mine: string, theirs: string): string {
  return (/^[a-z_]+/.exec(mine) ?? /^[a-z_]+/.exec(theirs) ?? ['state'])[0];
}
