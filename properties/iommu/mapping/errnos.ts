// Which errors maps may return: spec/iommu-core.md §2, in its order of checks.

import { isPaging, type IommuDomain, type OpOf } from '../../../engine/iommu/index.ts';
import { EEXIST, EINVAL, ENODEV, ENOMEM, ERANGE, errnoName } from '../../../engine/errno.ts';
import { broken } from '../../property.ts';
import { mappingProperties as core } from './catalogue.ts';

/** What the drivers with page tables refuse with (spec/iommu-core.md §2, §10). */
const ofDrivers: readonly number[] = [EINVAL, ENODEV, ENOMEM, EEXIST, ERANGE];

type MapOp = OpOf<'iommu_map' | 'iommu_map_sg'>;

export function checkErrno(op: MapOp, ret: number, domain: IommuDomain): void {
  const wanted = refusedBy(op, domain);
  const right = wanted === null ? ret >= 0 || ofDrivers.includes(ret) : ret === wanted;
  if (right) return;
  const names = wanted === null ? ofDrivers.map(errnoName).join(', ') : errnoName(wanted);
  const what = `${op.op} of ${domain.title} returns ${errnoName(ret)}; it may return ${names}`;
  throw broken(core.errno, `${op.op} ${errnoName(ret)}`, what, domain);
}

/** The error that the arguments alone make certain. */
function refusedBy(op: MapOp, domain: IommuDomain): number | null {
  if (op.op === 'iommu_map_sg' && op.segments.every((s) => s.size === 0)) return null;
  const smallest = domain.iommu?.pageSizes[0];
  // Which of the two comes first differs between versions.
  if (!isPaging(domain.type)) return smallest === undefined ? null : EINVAL;
  if (smallest === undefined) return ENODEV;
  const pieces = op.op === 'iommu_map' ? [op] : op.segments;
  const numbers = [op.iova, ...pieces.flatMap(({ pa, size }) => [pa, size])];
  if (op.op === 'iommu_map_sg') return null;
  return numbers.some((n) => n % smallest !== 0) ? EINVAL : null;
}
