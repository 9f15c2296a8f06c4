// Searches programs of a scope. The host of a context is booted once for many programs: what code did
// for one of them it is not run for again.

import type { AnyProgram } from '../../engine/program.ts';
import { type SanitizerId, sanitizers } from '../../engine/runtime/index.ts';
import { allProperties } from '../../properties/index.ts';
import { deltasOf } from '../engines.ts';
import { ExhaustiveSearch } from '../explore/exhaustive.ts';
import type { Reduction } from '../explore/reductions.ts';
import { type Booted, hostProgram } from '../systems/index.ts';
import { brokenRule } from './callers.ts';
import type { ScopeContext } from './context.ts';
import type { ScopeJob, ScopePlan } from './plan.ts';
import type { Programs } from './programs.ts';

/** Steps of one run after which it is cut off: far more than any program of a scope takes. */
export const maxSteps = 20_000;

/**
 * A search with reductions goes on behind violations and says whether a program is right. What a wrong
 * one shows first in some run, a search of all of it says, if it has at most so many states.
 */
const exactStates = 1_000_000;

/** States after which it is told how far a job got. */
const toldEvery = 1 << 14;

/** Programs after which a host is booted anew: what it has learnt takes memory. */
const programsPerHost = 1024;

export type Blame = 'engine' | 'caller';

/** One property and key in the programs of one job. */
export interface Failure {
  readonly property: string;
  readonly key: string;
  /** Whose mistake it is: of an in-kernel caller that breaks a contract, or the engine's. */
  readonly blame: Blame;
  /** The rule for callers that the programs break (callers.ts); null: none. */
  readonly rule: string | null;
  /** Programs that show it. */
  readonly programs: number;
  /** The index of the first. */
  readonly first: number;
}

export interface JobResult {
  readonly programs: number;
  readonly states: number;
  readonly transitions: number;
  /** Programs of which not everything was seen: a bound was hit. */
  readonly cut: number;
  /** At most this is the probability that two states of a program were taken for one. */
  readonly collision: number;
  readonly failures: readonly Failure[];
}

/** How far a job got that is under way. */
export type JobNews = Pick<JobResult, 'programs' | 'states'>;

/** Boots hosts of one context as they are needed. */
export class Hosts {
  private readonly context: ScopeContext;
  private readonly plan: Pick<ScopePlan, 'engine'>;
  /** By the processes of the tasks: what code does in a task depends on its process. */
  private readonly hosts = new Map<string, (program: AnyProgram) => Booted>();
  private used = 0;

  constructor(context: ScopeContext, plan: Pick<ScopePlan, 'engine'>) {
    this.context = context;
    this.plan = plan;
  }

  /** All that the programs may do. */
  get whole(): AnyProgram {
    return this.context.whole;
  }

  boot(program: AnyProgram): Booted {
    if (++this.used % programsPerHost === 0) this.hosts.clear();
    const processes = program.tasks.map(({ process }) => process).join(' ');
    let host = this.hosts.get(processes);
    if (host === undefined) {
      host = hostProgram(this.context.whole, deltasOf(this.plan.engine), null);
      this.hosts.set(processes, host);
    }
    return host(program);
  }
}

/** `tell`: told now and then, between programs and in the middle of long ones. */
export function runScopeJob(
  job: ScopeJob,
  programs: Programs,
  hosts: Hosts,
  tell: (news: JobNews) => void = () => {},
): JobResult {
  const failures = new Map<string, Failure>();
  const sum = { programs: 0, states: 0, transitions: 0, cut: 0, collision: 0 };
  let told = 0;
  const searched = (program: AnyProgram, maxStates: number, reductions: readonly Reduction[]) => {
    const seen: Seen = new Map();
    const { executor, judge } = hosts.boot(program);
    const result = new ExhaustiveSearch(executor, judge, {
      maxStates,
      maxDepth: maxSteps,
      preemptions: Number.POSITIVE_INFINITY,
      reductions,
      onProgress: (states) => tell({ programs: sum.programs, states: sum.states + states }),
      onViolation: ({ property, key }) => {
        seen.set(`${property} ${key}`, [property, key]);
        return true;
      },
    }).run();
    sum.states += result.states;
    sum.transitions += result.transitions;
    sum.collision += result.collisionProbability;
    return { seen, complete: result.complete };
  };
  for (const placed of programs.range(job.shape, job.from, job.to)) {
    const { maxStates, reductions } = job.plan;
    const program = programs.program(job.shape, placed);
    const { seen, complete } = searched(program, maxStates, reductions);
    sum.programs++;
    sum.cut += complete ? 0 : 1;
    if (seen.size > 0) {
      const rule = brokenRule(program, hosts.whole);
      const asks = reductions.length > 0 && rule === null && blamesEngine(seen);
      const whole = asks ? searched(program, Math.min(maxStates, exactStates), []) : null;
      note(failures, whole?.complete === true ? whole.seen : seen, rule, placed.index);
    }
    if (sum.states - told < toldEvery) continue;
    told = sum.states;
    tell({ programs: sum.programs, states: sum.states });
  }
  return { ...sum, failures: [...failures.values()] };
}

/** What a program violates. */
type Seen = Map<string, readonly [property: string, key: string]>;

const blamesEngine = (seen: Seen) =>
  [...seen.values()].some(([property]) => blameFor(property) === 'engine');

function note(
  failures: Map<string, Failure>,
  seen: Seen,
  rule: string | null,
  index: number,
): void {
  for (const [property, key] of seen.values()) {
    const blame = rule === null ? blameFor(property) : 'caller';
    const failure = { property, key, blame, rule: blameFor(property) === 'caller' ? null : rule };
    const id = failureId(failure);
    const known = failures.get(id);
    const first = known?.first ?? index;
    failures.set(id, { ...failure, programs: (known?.programs ?? 0) + 1, first });
  }
}

export function failureId({ property, key, rule }: Omit<Failure, 'programs' | 'first'>): string {
  return JSON.stringify([property, key, rule]);
}

const blamed = new Map<string, Blame>([
  ...allProperties.map(({ id, blame }) => [id, blame] as const),
  ...Object.keys(sanitizers).map((id) => [id, sanitizers[id as SanitizerId].blame] as const),
]);

export function blameFor(property: string): Blame {
  return blamed.get(property) ?? 'engine';
}
