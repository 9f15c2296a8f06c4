// `check` as a service: first every scenario is searched on every engine, then each failure that is
// not the same as another is shrunk and explained. Both are spread over worker threads, with the same
// results in the same order whatever their number.

import type { EngineRef } from './catalogue.ts';
import type { CheckEvents, CheckItem, CheckPlan, CheckService, Found } from './check.ts';
import {
  distinctFailures,
  distinctFound,
  explain,
  type RawFailure,
  type Searched,
  searchScenario,
} from './checker.ts';
import { deltasOf, runsOn } from './engines.ts';
import { runJobs } from './pool.ts';
import { scenarioById } from './scenarios/index.ts';

interface SearchJob {
  readonly type: 'search';
  readonly engine: EngineRef;
  readonly scenario: string;
  readonly maxStates: number;
  readonly toolVersion: string;
}

interface ExplainJob {
  readonly type: 'explain';
  readonly engine: EngineRef;
  readonly scenario: string;
  readonly failure: RawFailure;
  readonly toolVersion: string;
}

export type CheckJob = SearchJob | ExplainJob;

export function runCheckJob(job: CheckJob): Searched | Found {
  if (job.type === 'search') return searchScenario(job.engine, job.scenario, job);
  return explain(job.failure, job.engine, deltasOf(job.engine), job.toolVersion);
}

export function checkService(toolVersion: string): CheckService {
  return {
    async check(plan, events, signal) {
      const run = new CheckRun(plan, toolVersion, events, signal);
      return run.items();
    },
  };
}

class CheckRun {
  private readonly searches: readonly SearchJob[];
  private readonly toolVersion: string;
  private readonly workers: number;
  private readonly events: CheckEvents;
  private readonly signal: AbortSignal;
  private states = 0;
  private done = 0;
  private total: number;

  constructor(plan: CheckPlan, toolVersion: string, events: CheckEvents, signal: AbortSignal) {
    this.searches = searchesOf(plan, toolVersion);
    this.toolVersion = toolVersion;
    this.workers = plan.workers;
    this.events = events;
    this.signal = signal;
    this.total = this.searches.length;
  }

  async items(): Promise<readonly CheckItem[]> {
    const answers = await this.runAll(this.searches);
    // Threads answer with copies: the plan's engines are what is compared from here on.
    const searched = answers.map((a, i) => ({
      ...a,
      engine: (this.searches[i] as SearchJob).engine,
    }));
    const jobs = this.explanationsOf(searched);
    this.total += jobs.length;
    const explained = await this.runAll(jobs);
    const kept = new Set(distinctByEngine(jobs, explained));
    return searched.map((all) => {
      const { failures: _failures, ...item } = all;
      const found = explained.filter((f, i) => {
        const job = jobs[i];
        return kept.has(f) && job?.engine === item.engine && job.scenario === item.scenario;
      });
      const whole = { ...item, found };
      this.events.done(whole);
      return whole;
    });
  }

  /** What several scenarios show of one engine is shrunk once. */
  private explanationsOf(searched: readonly Searched[]): ExplainJob[] {
    const engines = [...new Set(searched.map((item) => item.engine))];
    return engines.flatMap((engine) => {
      const failures = searched
        .filter((item) => item.engine === engine)
        .flatMap((item) => item.failures.map((f) => ({ ...f, scenario: item.scenario })));
      return distinctFailures(failures).map(({ scenario, ...failure }): ExplainJob => {
        const { toolVersion } = this;
        return { type: 'explain', engine, scenario, failure, toolVersion };
      });
    });
  }

  /** Searches answer with what was searched, explanations with what was found. */
  private runAll(jobs: readonly SearchJob[]): Promise<Searched[]>;
  private runAll(jobs: readonly ExplainJob[]): Promise<Found[]>;
  private runAll(jobs: readonly CheckJob[]): Promise<(Searched | Found)[]> {
    const compiled = import.meta.url.endsWith('.js');
    return runJobs<CheckJob, Searched | Found>(jobs, {
      workers: this.workers,
      script: new URL(compiled ? './checkWorker.js' : './checkWorker.ts', import.meta.url),
      here: runCheckJob,
      signal: this.signal,
      onStart: (index) => this.progress(jobs[index] as CheckJob),
      onResult: (result) => {
        if ('figures' in result) this.states += result.figures.states;
        this.done++;
      },
    });
  }

  private progress({ engine, scenario }: CheckJob): void {
    const { states, done, total } = this;
    this.events.progress({ engine, scenario, states, itemsDone: done, items: total });
  }
}

/** The scenarios of each engine. */
function searchesOf(plan: CheckPlan, toolVersion: string): SearchJob[] {
  const { engines, maxStates, named } = plan;
  const scenarios = plan.scenarios.map((id) => {
    const scenario = scenarioById(id);
    if (scenario === undefined) throw new Error(`there is no scenario ${id}`);
    return scenario;
  });
  return engines.flatMap((engine) =>
    scenarios
      .filter((scenario) => runsOn(scenario, engine, named))
      .map(({ id }) => ({ type: 'search', engine, scenario: id, maxStates, toolVersion })),
  );
}

/** Shrinking may show that two failures of one engine are the same after all. */
function distinctByEngine(jobs: readonly ExplainJob[], explained: readonly Found[]): Found[] {
  const engines = [...new Set(jobs.map((job) => job.engine))];
  return engines.flatMap((engine) =>
    distinctFound(explained.filter((_, i) => jobs[i]?.engine === engine)),
  );
}
