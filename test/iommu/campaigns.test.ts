// What random campaigns on the reference once took for a violation: small programs that are right, in
// every interleaving.

import { expect, test } from 'vitest';
import type { IommuOp, IommuProgram } from '../../engine/iommu/index.ts';
import { host, memory, page, program } from '../../fuzz/scenarios/iommu/hosts.ts';
import { explore } from './explore.ts';

const clean = (of: IommuProgram) => {
  const { violations, complete } = explore(of);
  expect(violations).toEqual([]);
  expect(complete).toBe(true);
};

const tracked: readonly IommuOp[] = [
  { op: 'ioas_alloc', ioas: 0 },
  { op: 'ioas_map', ioas: 0, iova: 0, va: memory, size: page },
  { op: 'iommufd_bind', device: 0 },
  { op: 'hwpt_alloc', hwpt: 0, device: 0, ioas: 0, flags: 2 },
  { op: 'iommufd_attach', device: 0, hwpt: 0 },
];
const tracking = host({ iommus: [{ driver: 'amd', dirtyTracking: true }] });
const enable = (on = true): IommuOp => ({ op: 'hwpt_set_dirty', hwpt: 0, enable: on });
const get: IommuOp = { op: 'hwpt_get_dirty', hwpt: 0, iova: 0, size: page };
const write: IommuOp = { op: 'dma_write', device: 0, iova: 0 };

test('who began to read the dirty bitmap before tracking was enabled may report what is written after', () => {
  clean(program(tracking, tracked, [[get], [enable(), write, get]]));
});

test('a reader that tracking ends and begins under reports nothing of before', () => {
  const setup = [...tracked, enable(), write];
  clean(program(tracking, setup, [[get], [enable(false), enable()]]));
  clean(program(tracking, [...tracked, enable()], [[enable(false), enable(), get], [write]]));
});
