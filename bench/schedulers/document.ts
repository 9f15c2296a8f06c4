// docs/SCHEDULERS.md: what was compared and how, the figures, and what follows from them.

import type { SchedulerName } from '../../fuzz/campaign.ts';
import { schedulesPerProgram } from '../../fuzz/campaignService.ts';
import type { Compared } from './compare.ts';
import { conclusion, markdownTable, rateRows, summaryRows } from './table.ts';

const what: Readonly<Record<SchedulerName, string>> = {
  guided:
    'POS that is asked for a few orders of places that do not commute, of those met in earlier runs of ' +
    'the program (`fuzz/schedulers/guided.ts`)',
  pos: 'partial order sampling: each announced step has a random priority, and draws again when a step that does not commute with it was performed',
  pct: 'random priorities of tasks; before two random steps the running task falls below the others; steps at which one task can run are not counted',
  pb: 'a random walk with at most two preemptions',
  random: 'a random walk: every task that can run is as likely as the others',
  mix: '`guided`, `pos`, `pct` and `random` in turn',
};

export function schedulersDocument(all: readonly Compared[]): string {
  const names = [...new Set(all.map((c) => c.scheduler))];
  const [{ runs, seed } = { runs: 0, seed: '' }] = all;
  return `# Schedulers compared

Written by \`npm run bench:schedulers -- --markdown\`: ${runs} runs of each scheduler on each defect, seed
\`${seed}\`. Counts are the same on every machine; times are those of one.

${names.map((name) => `- \`${name}\`: ${what[name]}.`).join('\n')}

Every defect needs three ordered pairs of steps of different tasks or more (depth ≥ 3): no run with one
preemption shows it, nor any run of PCT with one change point; both are searched exhaustively by
\`bench/schedulers/depth.test.ts\`. Defects of the catalogue are named by id and bundled scenario, on the
reference with that defect alone, some in several places; toys are in \`bench/schedulers/toys/\`. Runs are made as \`fuzz\` makes them:
under all sanitizers, and what a scheduler learns is forgotten after ${schedulesPerProgram} runs, as with a new
program. A run that ends earlier with another failure is no hit.

## Hits in 10 000 runs, with 95 % Wilson intervals

${markdownTable(rateRows(all))}
## Summary

Rate, runs and time are geometric means over the defects; a defect that is never hit counts as half a
hit. The time counts what choosing costs.

${markdownTable(summaryRows(all))}
${conclusion(all)}
`;
}
