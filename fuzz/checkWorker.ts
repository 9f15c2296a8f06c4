// A worker thread of `check`: one scenario on its engines at a time.

import { type CheckJob, runCheckJob } from './checkService.ts';
import { serve } from './poolWorker.ts';

serve(runCheckJob, nameOf);

function nameOf(job: CheckJob): string {
  const engines = job.type === 'search' ? job.engines : job.shown.map((s) => s.engine);
  return `${engines.map((e) => e.revision).join(', ')}, ${job.scenario}`;
}
