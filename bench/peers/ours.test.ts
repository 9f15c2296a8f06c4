// The entry of this tool, by mode, against what is known. Durations are the bench's business.

import { expect, test } from 'vitest';
import { isWrong, known, shortestOfB } from '../workload/known.ts';
import { toyW } from '../workload/w.ts';
import { modes } from './ours.ts';

const small = known.filter(({ states }) => states < 5000);
const run = (mode: string, { variant, tasks, ops }: (typeof known)[number]) =>
  modes[mode]?.(toyW(variant, tasks, ops));

test.each(small)(
  '$variant($tasks,$ops): the same verdict with and without reductions',
  async (row) => {
    const { states, transitions } = row;
    const violated = isWrong(row);
    expect(await run('search', row)).toEqual({ violated, complete: true, states, transitions });
    const reduced = await run('reduced', row);
    expect(reduced).toMatchObject({ violated, complete: true });
    expect(reduced?.states).toBeLessThanOrEqual(states);
  },
);

test.each(small)('$variant($tasks,$ops): its first error is the smallest', async (row) => {
  const wanted = isWrong(row) ? { violated: true, ...shortestOfB } : { violated: false };
  expect(await run('first-error', row)).toEqual({ complete: true, ...wanted });
});
