import { expect, test } from 'vitest';
import { derive, Rng } from '../../fuzz/rng.ts';
import { difference, see } from './compare.ts';
import { randomToy, toyOf } from './toys.ts';
import type { Reduction } from '../../fuzz/explore/reductions.ts';

const combos: (readonly Reduction[])[] = [
  ['sleep'],
  ['persistent'],
  ['sections'],
  ['sleep', 'persistent'],
  ['persistent', 'sections'],
  ['sleep', 'sections'],
  ['sleep', 'persistent', 'sections'],
];
test('x', () => {
  let sum = 0;
  const red = combos.map(() => 0);
  let viol = 0;
  let big = 0;
  const t0 = performance.now();
  const bad: string[] = [];
  for (let i = 0; i < 2000 && bad.length < 5; i++) {
    const text = randomToy(Rng.seeded(derive('toy', i)));
    const full = see(toyOf(text), { reductions: [] });
    if (!full.complete) {
      big++;
      continue;
    }
    sum += full.states;
    viol += full.violations.length > 0 ? 1 : 0;
    combos.forEach((reductions, k) => {
      const r = see(toyOf(text), { reductions });
      red[k]! += r.states;
      const d = difference(full, r);
      if (d !== null) bad.push(`${i} ${JSON.stringify(text)} ${reductions}: ${d}`);
    });
  }
  console.log(sum, red, viol, big, performance.now() - t0);
  console.log(bad.join('\n'));
  expect(bad).toEqual([]);
}, 600000);
