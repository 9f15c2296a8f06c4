// ENABLE, DISABLE and the queries. Spec: spapr-tce-v2.md §2: ENABLE charges the whole 32-bit window,
// which is all that a v1 container ever charges.
import { containerEvents } from './container-events.ts';
import { answer, type Cursor } from './cursor.ts';
import type { Draft } from './draft.ts';
import { EFAULT, EINVAL, ENOMEM } from './errno.ts';
import { callerOf, charge, guestOf, lock, MUST_WAIT, mayCharge, pagesOf } from './ledger.ts';
import { payerOf, tell, unlock } from './ledger.ts';
import type { Op } from './vocabulary.ts';
import { isDynamic, newestGroup, window32Size } from './window-steps.ts';

const EXTENSION_TCE = 2;
const EXTENSION_EEH = 5;
const EXTENSION_TCE_V2 = 7;

/** A v2 container answers -ENOTTY without the lock. */
const mustWaitForLock = (draft: Draft, index: number): boolean =>
  draft.container(index).locked && draft.container(index).node.context['version'] === 1;

/** ENABLE's checks; on success container->lock is held until the charge has taken effect. */
export function checkEnable(draft: Draft, cursor: Cursor): boolean {
  const index = cursor.op.container;
  if (mustWaitForLock(draft, index)) return MUST_WAIT;
  const caller = callerOf(draft, index, cursor.process);
  const window32 = window32Size(draft, index) === 0 ? 'noWindow' : 'window';
  const { ret } = tell(draft, index, containerEvents.enable[caller][window32], cursor.process);
  if (ret !== 0) return cursor.finish(ret);
  lock(draft, index);
  return cursor.goOn('body');
}

export function chargeEnable(draft: Draft, cursor: Cursor): boolean {
  const index = cursor.op.container;
  const mm = payerOf(draft, cursor);
  const pages = pagesOf(draft, draft.world.geometry.tce32Size);
  if (!mayCharge(draft, mm, pages)) {
    unlock(draft, index);
    return cursor.finish(ENOMEM);
  }
  charge(draft, mm, pages);
  return cursor.goOn('publish');
}

export function publishEnable(draft: Draft, cursor: Cursor): boolean {
  tell(draft, cursor.op.container, containerEvents.enabled, cursor.process);
  const guest = guestOf(draft, cursor);
  if (guest !== null) draft.changeContainer(cursor.op.container).payer = guest;
  unlock(draft, cursor.op.container);
  return cursor.finish(0);
}

export function disable(draft: Draft, cursor: Cursor): boolean {
  const index = cursor.op.container;
  if (mustWaitForLock(draft, index)) return MUST_WAIT;
  const { ret, effects } = tell(draft, index, containerEvents.disable, cursor.process);
  if (ret !== 0 || !effects.includes('uncharge')) return cursor.finish(ret);
  lock(draft, index);
  cursor.pages = pagesOf(draft, draft.world.geometry.tce32Size);
  cursor.payer = draft.container(index).payer;
  draft.changeContainer(index).payer = null;
  return cursor.goOn('uncharge');
}

export function info(draft: Draft, cursor: Cursor): boolean {
  const op = cursor.op as Extract<Op, { op: 'info' }>;
  const { ret } = tell(draft, op.container, containerEvents.needGroup, cursor.process);
  if (ret !== 0) return cursor.finish(ret);
  if (op.badPointer) return cursor.finish(EFAULT);
  if (op.shortArgsz) return cursor.finish(EINVAL);
  const { geometry } = draft.world;
  const { version } = draft.container(op.container).node.context;
  const group = newestGroup(draft, op.container);
  const ddw = version === 2 && group !== undefined && isDynamic(geometry, group);
  return answer(cursor, {
    dma32Start: geometry.tce32Start,
    dma32Size: window32Size(draft, op.container),
    flags: ddw ? 1 : 0,
    pgsizes: ddw ? geometry.pgsizes : 0,
    maxDynamicWindows: ddw ? geometry.maxDynamicWindows : 0,
    levels: ddw ? geometry.maxLevels : 0,
  });
}

export function checkExtension(draft: Draft, cursor: Cursor): boolean {
  const { container, extension } = cursor.op as Extract<Op, { op: 'checkExtension' }>;
  if (draft.container(container).node.value === 'closed') {
    const { close } = containerEvents;
    return cursor.finish(tell(draft, container, close, cursor.process).ret);
  }
  if (extension === EXTENSION_TCE || extension === EXTENSION_TCE_V2) return cursor.finish(1);
  return cursor.finish(extension === EXTENSION_EEH && draft.world.geometry.eeh ? 1 : 0);
}
