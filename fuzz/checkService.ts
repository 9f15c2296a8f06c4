// `check` as a service: first every scenario is searched on every engine, then each failure that is
// not the same as another is shrunk and explained. Both are spread over worker threads, with the same
// results in the same order whatever their number.

import type { EngineRef } from './catalogue.ts';
import type { CheckEvents, CheckItem, CheckPlan, CheckService, Found } from './check.ts';
import {
  distinctFailures,
  distinctFound,
  explainTogether,
  type Searched,
  searchScenario,
  type Shown,
} from './checker.ts';
import { runsOn } from './engines.ts';
import { builtScript } from './package.ts';
import { runJobs } from './pool.ts';
import { scenarioById } from './scenarios/index.ts';

/** One scenario on every engine: what its defects do to it alone is then asked once. */
interface SearchJob {
  readonly type: 'search';
  readonly engines: readonly EngineRef[];
  readonly scenario: string;
  readonly maxStates: number;
  readonly toolVersion: string;
}

/** One failure of one scenario, on every engine that shows it. */
interface ExplainJob {
  readonly type: 'explain';
  readonly scenario: string;
  readonly shown: readonly Shown[];
  readonly toolVersion: string;
}

export type CheckJob = SearchJob | ExplainJob;

export function runCheckJob(job: CheckJob): readonly Searched[] | readonly Found[] {
  if (job.type === 'search')
    return job.engines.map((engine) => searchScenario(engine, job.scenario, job));
  return explainTogether(job.shown, job.toolVersion);
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
  private readonly engines: readonly EngineRef[];
  private readonly searches: readonly SearchJob[];
  private readonly toolVersion: string;
  private readonly workers: number;
  private readonly events: CheckEvents;
  private readonly signal: AbortSignal;
  private states = 0;
  private done = 0;
  private total: number;

  constructor(plan: CheckPlan, toolVersion: string, events: CheckEvents, signal: AbortSignal) {
    this.engines = plan.engines;
    this.searches = searchesOf(plan, toolVersion);
    this.toolVersion = toolVersion;
    this.workers = plan.workers;
    this.events = events;
    this.signal = signal;
    this.total = this.searches.length;
  }

  async items(): Promise<readonly CheckItem[]> {
    const searched = this.inOrder(await this.runAll<Searched>(this.searches));
    const jobs = this.explanationsOf(searched);
    this.total += jobs.length;
    const answered = await this.runAll<Found>(jobs);
    const explained = jobs.flatMap(({ scenario, shown }, i) =>
      shown.flatMap(({ engine }, at) => {
        const found = answered[i]?.[at];
        return found === undefined ? [] : [{ scenario, engine, found }];
      }),
    );
    return searched.map((all) => {
      const { failures: _failures, ...item } = all;
      const found = distinctByEngine(explained, item.engine).flatMap((e) =>
        e.scenario === item.scenario ? [e.found] : [],
      );
      const whole = { ...item, found };
      this.events.done(whole);
      return whole;
    });
  }

  /**
   * What several scenarios show of one engine is shrunk once, and so is what several engines show by
   * one scenario.
   */
  private explanationsOf(searched: readonly Searched[]): ExplainJob[] {
    const engines = [...new Set(searched.map((item) => item.engine))];
    const jobs = new Map<string, Shown[]>();
    for (const engine of engines) {
      const failures = searched
        .filter((item) => item.engine === engine)
        .flatMap((item) => item.failures.map((f) => ({ ...f, scenario: item.scenario })));
      for (const { scenario, ...failure } of distinctFailures(failures)) {
        const job = JSON.stringify([scenario, failure.signature]);
        jobs.set(job, [...(jobs.get(job) ?? []), { engine, failure }]);
      }
    }
    return [...jobs].map(([job, shown]): ExplainJob => {
      const [scenario] = JSON.parse(job) as [string];
      return { type: 'explain', scenario, shown, toolVersion: this.toolVersion };
    });
  }

  /** Engine by engine. Threads answer with copies: the plan's engines are what is compared from here on. */
  private inOrder(answers: readonly (readonly Searched[])[]): Searched[] {
    const all = answers.flatMap((list, i) =>
      list.map((a, at) => ({ ...a, engine: this.searches[i]?.engines[at] as EngineRef })),
    );
    return this.engines.flatMap((engine) => all.filter((a) => a.engine === engine));
  }

  private runAll<R extends Searched | Found>(jobs: readonly CheckJob[]): Promise<(readonly R[])[]> {
    return runJobs<CheckJob, readonly Searched[] | readonly Found[]>(jobs, {
      workers: this.workers,
      script: builtScript('fuzz/checkWorker'),
      here: runCheckJob,
      signal: this.signal,
      onStart: (index) => this.progress(jobs[index] as CheckJob),
      onResult: (results) => {
        for (const one of results) if ('figures' in one) this.states += one.figures.states;
        this.done++;
      },
    }) as Promise<(readonly R[])[]>;
  }

  private progress(job: CheckJob): void {
    const engine =
      job.type === 'search' ? (job.engines[0] as EngineRef) : (job.shown[0] as Shown).engine;
    const { states, done, total } = this;
    const { scenario } = job;
    this.events.progress({ engine, scenario, states, itemsDone: done, items: total });
  }
}

/** Scenarios on the engines that they are run on. */
function searchesOf(plan: CheckPlan, toolVersion: string): SearchJob[] {
  const { engines, maxStates, named } = plan;
  const scenarios = plan.scenarios.map((id) => {
    const scenario = scenarioById(id);
    if (scenario === undefined) throw new Error(`there is no scenario ${id}`);
    return scenario;
  });
  return scenarios.flatMap((scenario): SearchJob[] => {
    const mine = engines.filter((engine) => runsOn(scenario, engine, named));
    if (mine.length === 0) return [];
    return [{ type: 'search', engines: mine, scenario: scenario.id, maxStates, toolVersion }];
  });
}

interface Explained {
  readonly scenario: string;
  readonly engine: EngineRef;
  readonly found: Found;
}

/** Of one engine; shrinking may show that two of its failures are the same after all. */
function distinctByEngine(explained: readonly Explained[], engine: EngineRef): Explained[] {
  const mine = explained.filter((e) => e.engine === engine);
  const kept = new Set(distinctFound(mine.map((e) => e.found)));
  return mine.filter((e) => kept.has(e.found));
}
