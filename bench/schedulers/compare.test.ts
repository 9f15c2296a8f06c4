// A small sample of the comparison, pinned: counts are functions of the seed, and a scheduler that
// changes shows here. How the tables read, and which default they lead to.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultScheduler, schedulerNames } from '../../fuzz/campaign.ts';
import { compare, type Compared } from './compare.ts';
import { conclusion, markdownTable, rateRows, summaryRows, textTable } from './table.ts';

const sample = ['CORE-P5 attach/detached-in-flight', 'toy torn read', 'toy two windows'];

/** Without the times, which differ. */
const compared = sample.flatMap((defect) =>
  schedulerNames.map((scheduler): Compared => {
    const counts = compare({ defect, scheduler, runs: 200, seed: 'sample' });
    return { ...counts, timeMs: 0.1 };
  }),
);

test('the counts of 200 runs', () => {
  expect(textTable(rateRows(compared))).toMatchInlineSnapshot(`
    "defect                             guided           pos              pct           pb         random         mix
    CORE-P5 attach/detached-in-flight  1250 (861–1780)  0 (0–188)        0 (0–188)     0 (0–188)  0 (0–188)      150 (51–432)
    toy torn read                      950 (617–1436)   1000 (657–1494)  0 (0–188)     0 (0–188)  500 (274–896)  600 (347–1019)
    toy two windows                    400 (204–769)    250 (107–572)    50 (8.8–278)  0 (0–188)  200 (78–503)   100 (27–357)
    "
  `);
  expect(textTable(summaryRows(compared))).toMatchInlineSnapshot(`
    "scheduler  found   rate  runs to a hit  time to a hit  steps/run  time/run
    guided     3 of 3  780   12.8           1.28 ms        51.5       100 µs
    pos        2 of 3  184   54.3           5.43 ms        54.2       100 µs
    pct        1 of 3  31    317            31.7 ms        54.1       100 µs
    pb         0 of 3  25    400            40.0 ms        53.7       100 µs
    random     2 of 3  136   73.7           7.37 ms        54.4       100 µs
    mix        3 of 3  208   48.1           4.81 ms        53.7       100 µs
    "
  `);
});

test('equal jobs have equal counts', () => {
  const job = { defect: 'toy torn read', scheduler: 'guided', runs: 100, seed: 'twice' } as const;
  expect({ ...compare(job), timeMs: 0 }).toEqual({ ...compare(job), timeMs: 0 });
});

test('the default is whoever misses least and then is fastest', () => {
  const one = { defect: 'a', runs: 100, seed: '', steps: 1000, timeMs: 0.1 };
  const all: Compared[] = [
    { ...one, scheduler: 'random', hits: 0 },
    { ...one, scheduler: 'pos', hits: 1 },
    { ...one, scheduler: 'guided', hits: 5, timeMs: 0.2 },
  ];
  expect(conclusion(all)).toMatchInlineSnapshot(
    `"The default is \`guided\`: it misses the fewest defects, and of those that miss as few it needs the least time. The time to a hit is 5.0 × for \`random\`, 2.5 × for \`pos\`."`,
  );
  expect(markdownTable(rateRows(all))).toMatchInlineSnapshot(`
    "| defect | random | pos | guided |
    | --- | ---: | ---: | ---: |
    | a | 0 (0–370) | 100 (18–545) | 500 (215–1118) |
    "
  `);
});

test('the default follows from the document', () => {
  const text = readFileSync(new URL('../../docs/SCHEDULERS.md', import.meta.url), 'utf8');
  expect(text).toContain(`The default is \`${defaultScheduler}\``);
});
