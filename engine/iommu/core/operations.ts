// What operations of in-kernel clients begin with: the domain that the client keeps in a slot.

import { EINVAL } from '../../errno.ts';
import type { Outcome, Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import type { IommuDomain } from './domain.ts';

/** The domain in a client's slot; a client without one does not call. */
export function* slotDomain(kernel: IommuKernel, slot: number): Steps<IommuDomain | null> {
  const cell = kernel.world.slots.domain(slot);
  yield cell.readOnce;
  return cell.value;
}

/** A call on the domain in a slot: -EINVAL by the client itself where there is none. */
export function* onDomain(
  k: IommuKernel,
  slot: number,
  call: (domain: IommuDomain) => Steps<Outcome>,
): Steps<Outcome> {
  const domain = yield* slotDomain(k, slot);
  return domain === null ? { ret: EINVAL } : yield* call(domain);
}
