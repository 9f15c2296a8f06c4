// `check` as a service: the plan's scenarios on the plan's engines, spread over worker threads, with
// the same results in the same order whatever their number.

import type { EngineRef } from './catalogue.ts';
import type { CheckItem, CheckPlan, CheckService } from './check.ts';
import { checkScenario, distinctFound } from './checker.ts';
import { runJobs } from './pool.ts';
import { scenarioById } from './scenarios/index.ts';

export interface CheckJob {
  readonly engine: EngineRef;
  readonly scenario: string;
  readonly maxStates: number;
  readonly toolVersion: string;
}

export function runCheckJob(job: CheckJob): CheckItem {
  return checkScenario(job.engine, job.scenario, job);
}

export function checkService(toolVersion: string): CheckService {
  return {
    async check(plan, events, signal) {
      const jobs = jobsOf(plan, toolVersion);
      let states = 0;
      let done = 0;
      const items = await runJobs(jobs, {
        workers: plan.workers,
        script: new URL(
          import.meta.url.endsWith('.ts') ? './checkWorker.ts' : './checkWorker.js',
          import.meta.url,
        ),
        here: runCheckJob,
        signal,
        onStart: (index) => {
          const { engine, scenario } = jobs[index] as CheckJob;
          events.progress({ engine, scenario, states, itemsDone: done, items: jobs.length });
        },
        onResult: (item) => {
          states += item.figures.states;
          done++;
          events.done(item);
        },
      });
      return withoutRepeats(items);
    },
  };
}

/** Programs that an engine's user space cannot have are left out. */
function jobsOf(plan: CheckPlan, toolVersion: string): CheckJob[] {
  const { maxStates } = plan;
  return plan.engines.flatMap((engine) =>
    plan.scenarios
      .filter((id) => !scenarioById(id)?.notOn?.includes(engine.revision))
      .map((scenario) => ({ engine, scenario, maxStates, toolVersion })),
  );
}

/** What several scenarios show of one engine is told once, where it was seen first. */
function withoutRepeats(items: readonly CheckItem[]): CheckItem[] {
  const name = ({ revision, deltas }: EngineRef) => `${revision} ${deltas.join(' ')}`;
  const engines = new Set(items.map((item) => name(item.engine)));
  const kept = new Set(
    [...engines].flatMap((engine) =>
      distinctFound(items.filter((i) => name(i.engine) === engine).flatMap((i) => i.found)),
    ),
  );
  return items.map((item) => ({ ...item, found: item.found.filter((f) => kept.has(f)) }));
}
