// A worker thread of `check --scope`.

import { serve } from '../poolWorker.ts';
import { doScopeWork, type ScopeWork } from './work.ts';

serve(doScopeWork, nameOf);

function nameOf(job: ScopeWork): string {
  if ('defect' in job) return job.defect;
  if (!('shape' in job)) return `${job.suspect.property} (${job.suspect.key})`;
  return `${job.context}, programs ${job.from} to ${job.to} of shape ${job.shape.join(', ')}`;
}
