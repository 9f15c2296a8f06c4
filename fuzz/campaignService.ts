// `fuzz` as a service: random programs, each under many random schedules. Run i of a campaign is a
// function of the seed and i alone: its program by i's batch, its schedule by i and by the runs of the
// same program before it.

import fc from 'fast-check';
import { DataRaces, hashString } from '../engine/runtime/index.ts';
import type { AnyDelta, Program, Subsystem } from '../engine/index.ts';
import type { Failing } from '../shrinkers/index.ts';
import type { CampaignEvents, CampaignItem, CampaignPlan, CampaignService } from './campaign.ts';
import type { EngineRef } from './catalogue.ts';
import type { Found } from './check.ts';
import { distinctFound, explain, lastOperation } from './checker.ts';
import { deltasOf, subsystemsOf } from './engines.ts';
import { instantiate } from './instance.ts';
import { derive } from './rng.ts';
import { Runner } from './run.ts';
import { Schedules } from './schedules.ts';
import { arbitraryOf, fuzzable } from './systems/index.ts';

/** Schedules that each program is run under. */
export const schedulesPerProgram = 64;
/** Programs that fast-check makes at a time. */
const programsPerBatch = 64;
/** Steps after which a run is cut off. */
const maxSteps = 20_000;
/** The programs of a campaign, in order, for ever: a batch of each subsystem in turn. */
export function* programsOf(
  seed: string,
  subsystems: readonly Subsystem[] = fuzzable,
): Generator<Program, void> {
  const arbitraries = subsystems.flatMap((subsystem) => arbitraryOf(subsystem) ?? []);
  for (let batch = 0; arbitraries.length > 0; batch++) {
    const numRuns = programsPerBatch;
    const program = arbitraries[batch % arbitraries.length] as fc.Arbitrary<Program>;
    yield* fc.sample(program, { seed: hashString(derive(seed, batch)), numRuns });
  }
}

export function campaignService(toolVersion: string): CampaignService {
  return {
    async fuzz(plan, events, signal) {
      const items: CampaignItem[] = [];
      for (const engine of plan.engines) {
        if (signal.aborted) break;
        items.push(await new Campaign(engine, plan, events, signal, toolVersion).run());
      }
      return items;
    },
  };
}

class Campaign {
  private readonly engine: EngineRef;
  private readonly deltas: readonly AnyDelta[];
  private readonly plan: CampaignPlan;
  private readonly events: CampaignEvents;
  private readonly signal: AbortSignal;
  private readonly toolVersion: string;
  private runs = 0;
  private steps = 0;
  private inconclusive = 0;
  private found: Found[] = [];
  /** Failures already looked into: property, key, and the kind of operation that showed it. */
  private readonly known = new Set<string>();

  constructor(
    engine: EngineRef,
    plan: CampaignPlan,
    events: CampaignEvents,
    signal: AbortSignal,
    toolVersion: string,
  ) {
    this.engine = engine;
    this.deltas = deltasOf(engine);
    this.plan = plan;
    this.events = events;
    this.signal = signal;
    this.toolVersion = toolVersion;
  }

  async run(): Promise<CampaignItem> {
    const races = new DataRaces();
    for (const next of programsOf(this.plan.seed, this.subsystems())) {
      const runner = new Runner(instantiate(next, this.deltas), { maxSteps, observer: races });
      const schedules = new Schedules(this.plan.scheduler);
      for (let i = 0; i < schedulesPerProgram; i++) {
        if (this.over()) return this.item();
        this.one(runner, next, schedules);
      }
      this.progress();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.item();
  }

  private subsystems(): readonly Subsystem[] {
    const theirs = subsystemsOf(this.engine);
    return (this.plan.subsystems ?? fuzzable).filter((s) => theirs.includes(s));
  }

  private over(): boolean {
    return this.runs >= this.plan.runs || this.signal.aborted || this.plan.expired();
  }

  private one(runner: Runner, next: Program, schedules: Schedules): void {
    const run = this.runs++;
    const scheduler = schedules.next(derive(this.plan.seed, run));
    const { outcome, violation, decisions, steps } = runner.run(scheduler);
    this.steps += steps;
    if (outcome === 'inconclusive') this.inconclusive++;
    if (violation === null) return;
    const { property, key } = violation;
    const failing = { program: next, decisions, property, key };
    const id = JSON.stringify([property, key, lastOperation(failing)]);
    if (this.known.has(id)) return;
    this.known.add(id);
    this.look(failing, run);
  }

  private look(failing: Failing, run: number): void {
    const { seed, scheduler } = this.plan;
    const lineage = { campaign: seed, run, scheduler };
    const found = explain(failing, this.engine, this.deltas, this.toolVersion, lineage);
    const all = distinctFound([...this.found, found]);
    if (all.length === this.found.length) return;
    this.found = all;
    this.events.found(this.engine, found);
  }

  private progress(): void {
    const { engine, runs, steps } = this;
    this.events.progress({ engine, runs, steps, found: this.found.length });
  }

  private item(): CampaignItem {
    const { engine, runs, steps, inconclusive, found } = this;
    return { engine, runs, steps, inconclusive, found };
  }
}
