// The operations of split, merge and the dirty log by in-kernel clients.

import { EINVAL } from '../../errno.ts';
import type { Outcome, Steps } from '../../runtime/index.ts';
import type { IommuDomain } from '../core/domain.ts';
import { slotDomain } from '../core/operations.ts';
import type { IommuKernel } from '../kernel.ts';
import type { Handlers } from '../operation.ts';
import { bitsMask, bitsOf, bitsText } from './bits.ts';
import { newTally, type Tally, tallyOut } from './tally.ts';

/** IOMMU_READ | IOMMU_WRITE | IOMMU_CACHE. */
const defaultProt = 7;

/** A call on the domain in a slot; -EINVAL by the client itself where there is none. */
function* tallied(
  k: IommuKernel,
  slot: number,
  call: (domain: IommuDomain, tally: Tally) => Steps<number>,
): Steps<Outcome> {
  const domain = yield* slotDomain(k, slot);
  if (domain === null) return { ret: EINVAL };
  const tally = newTally();
  const ret = yield* call(domain, tally);
  return { ret, out: tallyOut(tally) };
}

export const dirtyOperations: Handlers = {
  *split_block(k, op) {
    return yield* tallied(k, op.domain, (d, t) => k.iommuSplitBlock(d, op.iova, op.size, t));
  },
  *merge_page(k, op) {
    const p = op.prot ?? defaultProt;
    return yield* tallied(k, op.domain, (d, t) => k.iommuMergePage(d, op.iova, op.size, p, t));
  },
  *switch_dirty_log(k, op) {
    const { enable, iova, size, prot: p = defaultProt } = op;
    return yield* tallied(k, op.domain, (d, t) =>
      k.iommuSwitchDirtyLog(d, enable, iova, size, p, t),
    );
  },
  *sync_dirty_log(k, op) {
    const { iova, size, base = iova } = op;
    const bits = new Set<number>();
    const { ret, out } = yield* tallied(k, op.domain, (d, t) =>
      k.iommuSyncDirtyLog(d, iova, size, base, bits, t),
    );
    const mine = k.world.dirty.bitmap();
    yield mine.writeOnce;
    mine.value = bitsText(bits);
    return { ret, out: { ...out, dirty: bits.size, bits: bitsMask(bits) } };
  },
  *hwpt_set_dirty(k, op) {
    return { ret: yield* k.iommufdHwptSetDirtyTracking(op.hwpt, op.enable) };
  },
  *hwpt_get_dirty(k, op) {
    yield k.world.env.local;
    return yield* k.iommufdHwptGetDirtyBitmap(op);
  },
  *clear_dirty_log(k, op) {
    const { iova, size, base = iova } = op;
    let bits = new Set(op.bits);
    if (op.bits === undefined) {
      const mine = k.world.dirty.bitmap();
      yield mine.readOnce;
      bits = bitsOf(mine.value);
    }
    return yield* tallied(k, op.domain, (d, t) =>
      k.iommuClearDirtyLog(d, iova, size, base, bits, t),
    );
  },
};
