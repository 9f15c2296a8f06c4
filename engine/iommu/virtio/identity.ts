// The identity mappings of a domain that cannot bypass: spec/virtio-domain.md §3. Numbers only.

import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuInstance } from '../core/objects.ts';
import { mapFlag, type Mapping } from './mappings.ts';

interface Range {
  readonly start: U64;
  readonly last: U64;
}

/** One READ|WRITE mapping for each gap between reserved regions, which are ordered by start. */
export function identityGaps(
  { aperture }: Pick<IommuInstance, 'aperture'>,
  granule: number,
  reserved: readonly Range[],
): Mapping[] {
  const down = (x: number) => x - (x % granule);
  const up = (x: number) => down(x + granule - 1);
  const limit = down(aperture.end + 1) - 1;
  let iova = up(aperture.start);
  const gaps: Mapping[] = [];
  const add = (start: U64, last: U64) =>
    gaps.push({ start, last, phys: start, flags: mapFlag.read | mapFlag.write });
  for (const region of reserved) {
    const start = down(region.start);
    const last = up(region.last + 1) - 1;
    if (last < iova || start > limit) continue;
    if (start > iova) add(iova, start - 1);
    if (last >= limit) return gaps;
    iova = last + 1;
  }
  if (iova <= limit) add(iova, limit);
  return gaps;
}
