// The reference engine is right: every interleaving of every bundled scenario, and many thousand
// random runs of random programs, break no rule.

import { expect, test } from 'vitest';
import { schedulerNames } from '../../fuzz/campaign.ts';
import { campaignService } from '../../fuzz/campaignService.ts';
import { lawful, search, toolVersion } from './search.ts';

test('every bundled scenario holds in every interleaving', () => {
  const searched = lawful.map((scenario) => search(scenario, []));
  for (const { scenario, result, failing } of searched)
    expect({ id: scenario.id, complete: result.complete, failing }).toEqual({
      id: scenario.id,
      complete: true,
      failing: [],
    });
  const figures = searched.map(
    ({ scenario, result: { states, transitions, finalStates } }) =>
      `${scenario.id}: ${states} states, ${transitions} transitions, ${finalStates} final`,
  );
  expect(figures.join('\n')).toMatchInlineSnapshot(`
    "register-cycle: 327 states, 522 transitions, 1 final
    unregister-part: 150 states, 193 transitions, 1 final
    unregister-unknown: 137 states, 169 transitions, 1 final
    unregister-mapped: 410 states, 631 transitions, 1 final
    unregister-elsewhere: 507 states, 737 transitions, 1 final
    two-containers-one-region: 11837 states, 26672 transitions, 5 final
    overlapping-registers: 967 states, 1684 transitions, 2 final
    first-registers: 864 states, 1288 transitions, 2 final
    register-refused: 233 states, 324 transitions, 2 final
    memlock-limit: 3860 states, 8966 transitions, 3 final
    register-nothing: 44 states, 43 transitions, 1 final
    map-unregister: 1298 states, 2456 transitions, 2 final
    map-two-regions-unregister: 3363 states, 7294 transitions, 2 final
    map-unmap-unregister: 8424 states, 20432 transitions, 2 final
    map-map: 1599 states, 2680 transitions, 2 final
    map-unmap: 686 states, 1041 transitions, 2 final
    first-maps: 1265 states, 2091 transitions, 2 final
    map-refused: 635 states, 857 transitions, 2 final
    map-past-window: 195 states, 238 transitions, 1 final
    map-misaligned: 188 states, 220 transitions, 1 final
    map-errors: 240 states, 283 transitions, 1 final
    map-remove: 459 states, 652 transitions, 1 final
    map-detach-legacy: 139 states, 192 transitions, 1 final
    map-create: 724 states, 991 transitions, 2 final
    v1-page-not-contained: 93 states, 92 transitions, 1 final
    v1-cycle: 845 states, 1433 transitions, 2 final
    attach-twice: 66 states, 65 transitions, 1 final
    attach-incompatible: 66 states, 65 transitions, 1 final
    attach-no-table-group: 26 states, 25 transitions, 1 final
    attach-legacy-busy: 177 states, 177 transitions, 2 final
    attach-refused: 128 states, 127 transitions, 2 final
    attach-second-refused: 866 states, 998 transitions, 4 final
    attach-attach: 818 states, 1258 transitions, 2 final
    attach-legacy-second: 135 states, 134 transitions, 1 final
    attach-after-close: 2603 states, 5579 transitions, 3 final
    create-detach: 310 states, 426 transitions, 2 final
    detach-one-of-two: 237 states, 269 transitions, 1 final
    create-refused: 530 states, 531 transitions, 5 final
    create-unheard: 163 states, 162 transitions, 1 final
    create-remove: 824 states, 1178 transitions, 2 final
    first-map-refused: 510 states, 608 transitions, 3 final
    close-map: 543 states, 803 transitions, 2 final
    close-unregister: 1450 states, 3076 transitions, 1 final
    exit-registered: 210 states, 253 transitions, 1 final
    foreign-process: 763 states, 1171 transitions, 2 final"
  `);
});

const runs = 4000;
const engines = [{ revision: 'reference', deltas: [] }];
const events = { progress: () => {}, found: () => {} };
const { signal } = new AbortController();

test.each(
  schedulerNames.flatMap((scheduler) => ['a', 'b', 'c'].map((s) => [scheduler, s] as const)),
)('random programs hold under %s schedules of seed %s', async (scheduler, seed) => {
  const plan = { engines, seed, runs, expired: () => false, scheduler };
  const [item] = await campaignService(toolVersion).fuzz(plan, events, signal);
  expect(item?.found.map(({ finding }) => finding.message)).toEqual([]);
  expect(item).toMatchObject({ runs, inconclusive: 0 });
});
