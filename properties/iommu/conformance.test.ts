// Refinement of the IOMMU stack: the reference agrees with the machines; wrong results are CON-101, wrong
// states CON-102, a meant difference neither; programs that the machines do not know are left alone.

import { expect, test } from 'vitest';
import { defect } from '../../engine/defects/iommu/iommu.ts';
import { iommuRevisions } from '../../engine/revisions/iommu/index.ts';
import type { IommuOp } from '../../engine/iommu/vocabulary/index.ts';
import { backing, host, page, program } from '../../fuzz/scenarios/iommu/hosts.ts';
import { noIommuQuirks } from '../../model/iommu/index.ts';
import { explore } from '../../test/iommu/explore.ts';

const alloc: IommuOp = { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' };
const attach: IommuOp = { op: 'attach_group', domain: 0, group: 0 };
const detach: IommuOp = { op: 'detach_group', domain: 0, group: 0 };
const claim: IommuOp = { op: 'claim_group', group: 0, owner: 1 };
const map: IommuOp = { op: 'iommu_map', domain: 0, iova: 0, pa: backing, size: 2 * page };
const look: IommuOp = { op: 'iova_to_phys', domain: 0, iova: page };

const planted = { title: 'planted', source: 'planted', class: 'planted', trigger: 'any' } as const;

const conforming = ({ violations }: { readonly violations: readonly string[] }) =>
  violations.filter((v) => v.startsWith('CON-'));

test('the reference agrees: groups, mappings and look-ups side by side, with a refusal', () => {
  const races = [
    program(host(), [alloc], [[attach, detach], [claim]], ['attach_dev']),
    program(host(), [alloc], [[map], [look, look]], ['page_table']),
  ];
  for (const each of races) {
    const { violations, complete } = explore(each);
    expect({ violations, complete }).toEqual({ violations: [], complete: true });
  }
});

test('a result that no order explains is CON-101', () => {
  const always = defect({
    ...planted,
    id: 'T-1',
    violates: 'CON-101',
    steps: {
      *iommuGroupIsBusy() {
        yield this.world.env.local;
        return false;
      },
    },
  });
  const twice = program(host(), [alloc, attach], [[attach]]);
  expect(conforming(explore(twice, [always]))).toEqual(['CON-101: attach_group 0']);
});

test('a state that the machines are not in is CON-102', () => {
  const nowhere = defect({
    ...planted,
    id: 'T-2',
    violates: 'CON-102',
    steps: {
      *iommuDetachGroup() {
        yield this.world.env.local;
      },
    },
  });
  const left = program(host(), [alloc, attach], [[detach]]);
  expect(conforming(explore(left, [nowhere]))).toEqual(['CON-102: group']);
});

test('programs with operations that the machines do not know are not followed', () => {
  const opaque: IommuOp = { op: 'dma_map', device: 0, pa: backing, size: page };
  const { violations, complete } = explore(program(host(), [alloc], [[opaque], [attach]]));
  expect({ violations: violations.filter((v) => v.startsWith('CON-')), complete }).toEqual({
    violations: [],
    complete: true,
  });
});

test('deltas allow what the machines know how to allow', () => {
  const named = iommuRevisions.flatMap(({ deltas }) => deltas.flatMap((d) => d.allows ?? []));
  expect(named.filter((name) => !Object.hasOwn(noIommuQuirks, name))).toEqual([]);
  const strange = defect({ ...planted, id: 'T-3', violates: null, allows: ['x'], steps: {} });
  expect(() => explore(program(host(), [], [[alloc]]), [strange])).toThrow(
    'a delta allows x: the machines have no such quirk',
  );
});
