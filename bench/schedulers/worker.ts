// A worker thread of the comparison: one scheduler on one defect at a time.

import { serve } from '../../fuzz/poolWorker.ts';
import { compare } from './compare.ts';

serve(compare, ({ scheduler, defect }) => `${scheduler} on ${defect}`);
