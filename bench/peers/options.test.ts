// The command line, and what is planned for it.

import { expect, test } from 'vitest';
import { nameOf } from '../workload/known.ts';
import { peers } from './adapters/index.ts';
import { help, optionsOf } from './options.ts';
import { plan } from './plan.ts';

const parse = (...args: string[]) => optionsOf(args, peers);

test('without options, everything is measured', () => {
  const options = parse();
  expect(options.peers).toBe(peers);
  expect(options.workloads).toHaveLength(17);
  expect(options.limits).toEqual({ repeats: 5, repeatsOfLong: 3, attempts: 3, capMs: 60_000 });
});

test('sizes are names or classes; the order stays that of the table', () => {
  const names = (text: string) => parse('--sizes', text).workloads.map(nameOf).join(' ');
  expect(names('B(3,3),A(2,2)')).toBe('A(2,2) B(3,3)');
  expect(names('large')).toBe('B(4,4) C(4,8)');
  expect(parse('--sizes', 'small').workloads).toHaveLength(15);
});

test.each([
  [['--sizes', 'B(9,9)'], '--sizes B(9,9): no such workload; there are small, large, all, A(2,2)'],
  [['--only', 'tlc'], '--only tlc: no such peer; there are iommucheck, spin, xstate/graph'],
  [['--repeats', '0'], '--repeats 0: must be a whole number above 0'],
  [['--fast'], "Unknown option '--fast'"],
])('%j is refused', (args, message) => {
  expect(() => parse(...args)).toThrow(message);
});

test('help names every option', () => {
  for (const name of ['only', 'sizes', 'repeats', 'repeats-long', 'attempts', 'cap', 'markdown'])
    expect(help).toContain(`--${name}`);
});

test('a configuration is planned where it fits', () => {
  const options = parse('--only', 'spin,iommucheck', '--sizes', 'B(3,3),C(2,2)');
  const cells = plan(options.peers, options.workloads);
  const lines = cells.map((c) => `${c.section}: ${nameOf(c.workload)} ${c.configuration.name}`);
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "verdict: B(3,3) iommucheck, no reduction
    verdict: B(3,3) iommucheck, all reductions
    verdict: B(3,3) iommucheck, DPOR
    verdict: B(3,3) SPIN, no reduction
    verdict: B(3,3) SPIN, partial order reduction
    verdict: C(2,2) iommucheck, no reduction
    verdict: C(2,2) iommucheck, all reductions
    verdict: C(2,2) iommucheck, DPOR
    verdict: C(2,2) SPIN, no reduction
    verdict: C(2,2) SPIN, partial order reduction
    verdict: C(2,2) SPIN, reduction and \`local\` promised
    first error: B(3,3) iommucheck, shortest run
    first error: B(3,3) SPIN, depth first
    first error: B(3,3) SPIN, shortening (-i)
    first error: B(3,3) SPIN, breadth first"
  `);
});
