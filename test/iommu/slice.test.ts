// The first slice: a domain, attached, mapped, looked up, unmapped, freed, on every kind of page size.

import { expect, test } from 'vitest';
import { backing, host, page, program } from '../../fuzz/scenarios/iommu/hosts.ts';
import { explore } from './explore.ts';
import { run } from './host.ts';

const alloc = { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' } as const;
const map = { op: 'iommu_map', domain: 0, iova: 0, pa: backing, size: 4 * page } as const;

test('map, look up, unmap', () => {
  const calls = [
    alloc,
    { op: 'attach_group', domain: 0, group: 0 },
    map,
    { op: 'iova_to_phys', domain: 0, iova: page + 5 },
    { op: 'iommu_unmap', domain: 0, iova: page, size: page },
    { op: 'iova_to_phys', domain: 0, iova: 0 },
  ] as const;
  const host_ = run(calls);
  expect(host_.rets).toEqual([0, 0, 0, 0, 0, 0]);
  expect(host_.results[3]?.out).toEqual({ pa: backing + page + 5 });
  // Inside a 16K leaf: the whole leaf goes.
  expect(host_.results[4]?.out).toEqual({ size: 4 * page });
  expect(host_.results[5]?.out).toEqual({ pa: 0 });
  host_.exit();
});

test('two maps of one range at once break the contract of the callers', () => {
  const racing = program(host(), [alloc], [[map], [map]]);
  expect(explore(racing).violations).toEqual(['broken-contract: map || map']);
});

test('two maps of neighbouring pages at once are fine', () => {
  const one = { ...map, size: page };
  const two = { ...one, iova: page, pa: backing + page };
  const { violations, complete } = explore(program(host(), [alloc], [[one], [two]]));
  expect({ violations, complete }).toEqual({ violations: [], complete: true });
});
