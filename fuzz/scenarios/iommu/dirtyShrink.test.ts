// What callers must keep apart (spec/split-merge-dirty.md §3 R1, §4.11): the caller's fault in an
// in-kernel client, the engine's behind VFIO. And the smallest programs that show what the project is
// to show.

import { describe, expect, test } from 'vitest';
import { deltaById } from '../../../engine/defects/index.ts';
import { type IommuOp, type IommuProgram } from '../../../engine/iommu/index.ts';
import { revisionById } from '../../../engine/revisions/index.ts';
import { explore } from '../../../test/iommu/explore.ts';
import { search } from '../../../test/suites/search.ts';
import { explain } from '../../checker.ts';
import type { Scenario } from '../scenario.ts';
import { dirtyScenarios } from './dirty.ts';
import { arm, clear, map, merge, pagewise, scenario, split, sync, turn } from './dirtyParts.ts';

const unmap = (at: number, pages: number): IommuOp => ({
  op: 'iommu_unmap',
  domain: 0,
  iova: at * 0x1000,
  size: pages * 0x1000,
});
const racing = (setup: readonly IommuOp[], a: IommuOp, b: IommuOp) =>
  scenario('race', '', '', setup, [[a], [b]]);
const found = ({ program }: Scenario) => explore(program as IommuProgram).violations;

describe('an in-kernel client that does at once what it must serialise', () => {
  const on = [map(0, 4), turn(true, 0, 4)];

  test.each([
    ['unmap || split', [map(0, 4)], unmap(0, 4), split(0, 4), 'broken-contract: split || unmap'],
    ['map || split', [], map(0, 4), split(0, 4), 'broken-contract: map || split'],
    [
      'map into a hole || split',
      [map(0, 4)],
      map(4, 4),
      split(0, 8),
      'broken-contract: map || split',
    ],
    ['unmap || merge', pagewise(0, 4), unmap(0, 4), merge(0, 4), 'broken-contract: merge || unmap'],
    ['unmap || sync', on, unmap(0, 4), sync(0, 4), 'broken-contract: sync || unmap'],
    ['unmap || clear', on, unmap(0, 4), clear(0, 4, 0, [0]), 'broken-contract: clear || unmap'],
    ['split || merge', [map(0, 4)], split(0, 4), merge(0, 4), 'broken-contract: merge || split'],
  ] as const)('%s', (_, setup, a, b, violation) => {
    expect(found(racing(setup, a, b))).toContain(violation);
  });

  test('of neighbouring ranges nothing is broken', () => {
    expect(found(racing([map(0, 4)], map(4, 4), split(0, 4)))).toEqual([]);
    expect(found(racing([map(0, 4), map(4, 4)], unmap(4, 4), split(0, 4)))).toEqual([]);
  });

  test('switch, sync and clear serialise themselves', () => {
    expect(found(racing(on, sync(0, 4), turn(false, 0, 4)))).toEqual([]);
    expect(found(racing(on, clear(0, 4, 0, [0]), clear(0, 4, 0, [0])))).toEqual([]);
  });

  test('what no sync has reported is the caller’s to lose', () => {
    const write: IommuOp = { op: 'dma_write', device: 0, iova: 0 };
    const blind = scenario('blind', '', '', on, [[write, clear(0, 4, 0, [0])]]);
    expect(found(blind)).toEqual(['broken-contract: clear of what no sync has reported']);
  });
});

/** The shrunk finding of a scenario on the reference with some deltas. */
function smallest(shown: Scenario, ids: readonly string[], property: string) {
  const deltas = ids.map((id) => deltaById(id) as NonNullable<ReturnType<typeof deltaById>>);
  const { failing } = search(shown, deltas);
  const first = failing.find((f) => f.property === property);
  if (first === undefined) throw new Error(`${shown.id} does not show ${property}`);
  const { finding } = explain(first, { revision: 'reference', deltas: ids }, deltas, '0.0.0');
  const { setup, tasks } = finding.program as IommuProgram;
  return [setup, ...tasks.map((t) => t.ops)].map((ops) => ops.map((op) => op.op));
}

const named = (id: string) => dirtyScenarios.find((s) => s.id === `dirty/${id}`) as Scenario;

describe('shrinks to the smallest: setup, then the tasks', () => {
  test('map racing split, of a client: nothing is mapped before, a page each', () => {
    const race = racing([map(8, 4)], map(0, 4), split(0, 4));
    expect(smallest(race, [], 'broken-contract')).toEqual([
      ['domain_alloc'],
      ['iommu_map'],
      ['split_block'],
    ]);
  });

  const mapped = ['domain_alloc', 'iommu_map'];
  const pages = Array.from({ length: 4 }, () => 'iommu_map');
  const container = ['vfio_register', 'vfio_group_open', 'vfio_set_container', 'vfio_set_iommu'];
  // What is cleared is named, so that no sync is needed.
  const cleaned = ['switch_dirty_log', 'clear_dirty_log', 'switch_dirty_log'];

  test.each([
    [
      'DRT-P9',
      'vfio-start-unmap',
      'unserialised',
      [[...container, 'vfio_map_dma'], ['vfio_dirty_pages'], ['vfio_unmap_dma']],
    ],
    ['DRT-D1', 'clear-base', 'DRT-008', [[...mapped, 'switch_dirty_log'], ['clear_dirty_log']]],
    [
      'DRT-D2',
      'two-ranges',
      'DRT-009',
      [['domain_alloc', 'switch_dirty_log'], ['switch_dirty_log']],
    ],
    ['DRT-D5', 'merge-rights', 'DRT-004', [['domain_alloc', ...pages], ['merge_page']]],
    [
      'DRT-D7',
      'merge-read',
      'use-after-free',
      [['domain_alloc', 'attach_group', ...pages], ['dma_read'], ['merge_page']],
    ],
    [
      'DRT-D8',
      'start-clean-block',
      'DRT-007',
      [
        // A clean block in the IOTLB; then start, and a write through it.
        [
          'domain_alloc',
          'attach_group',
          'iommu_map',
          ...cleaned,
          'dma_read',
          'switch_dirty_log',
          'dma_write',
        ],
        ['sync_dirty_log'],
      ],
    ],
  ])('%s', (id, shown, property, program) => {
    expect(smallest(named(shown), [id], property)).toEqual(program);
  });
});

test.each(['dirty/v3', 'dirty/6.12'])('%s shows what its scenarios expect', (id) => {
  const deltas = revisionById(id)?.deltas ?? [];
  for (const shown of dirtyScenarios.filter((s) => s.notOn?.includes(id) !== true)) {
    const { result, failing } = search(shown, deltas);
    const properties = [...new Set(failing.map((f) => f.property))].sort();
    expect([shown.id, result.complete, properties]).toEqual([
      shown.id,
      true,
      shown.expect?.[id] ?? [],
    ]);
  }
  expect(arm.iommus[0]?.driver).toBe('arm');
});
