// What a function of the core does to a range of a domain, said as a scope of the domain's contract
// (engine/runtime/contract.ts). Scopes of no range, or of the whole domain, are said where they are.

import type { Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from './domain.ts';

/** Runs `body` as `kind` of the range; an empty range is its first byte. */
export function* withinScope<R>(
  domain: IommuDomain,
  kind: string,
  iova: U64,
  size: U64,
  body: () => Steps<R>,
): Steps<R> {
  const end = iova + Math.max(size, 1) - 1;
  yield domain.contract.enter(kind, iova, end);
  const result = yield* body();
  yield domain.contract.leave(kind, iova, end);
  return result;
}
