// The request queue: requests waited for, requests left in the queue, and the device that takes
// them. spec/virtio-domain.md §5, §8. What lies in the queue the device may perform at any time;
// only DMA can tell, so it is there that the moment is chosen.

import type { Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import { performed, type Queued } from './device.ts';
import { refusals } from './rules.ts';
import type { ViommuDev, VirtioHw } from './objects.ts';
import { errnoOf, refusal, type Request, requestText, type Status } from './requests.ts';

export class ViommuQueueSteps {
  /** viommu_send_req_sync: 0 or the errno of the device's status. */
  *viommuSendReqSync(this: IommuKernel, viommu: ViommuDev, request: Request): Steps<number> {
    yield viommu.requestLock.lock;
    const ret = yield* this.viommuSendReqSyncLocked(viommu, request);
    yield viommu.requestLock.unlock;
    return ret;
  }

  /** __viommu_send_req and __viommu_sync_req: those before it in the queue come first. */
  *viommuSendReqSyncLocked(this: IommuKernel, viommu: ViommuDev, request: Request): Steps<number> {
    yield* this.viommuSyncReqLocked(viommu);
    const status = yield* this.virtioAnswer(viommu.hw, request);
    return this.viommuReqErrno(status);
  }

  /** A request of an attach, which holds request_lock from end to end. */
  *viommuRequest(this: IommuKernel, viommu: ViommuDev, request: Request): Steps<number> {
    return yield* this.viommuSendReqSyncLocked(viommu, request);
  }

  /** viommu_get_req_errno. */
  viommuReqErrno(status: Status): number {
    return errnoOf[status];
  }

  /** viommu_add_req: nobody waits for it until the next sync. */
  *viommuAddReqLocked(this: IommuKernel, viommu: ViommuDev, request: Request): Steps {
    const { state } = viommu.hw;
    yield state.exchange;
    const { queue } = state.value;
    state.value = state.value.with({ queue: [...queue, { request, status: null }] });
  }

  /** viommu_sync_req. */
  *viommuSyncReq(this: IommuKernel, viommu: ViommuDev): Steps {
    yield viommu.requestLock.lock;
    yield* this.viommuSyncReqLocked(viommu);
    yield viommu.requestLock.unlock;
  }

  /** __viommu_sync_req: kicks, and waits until nothing is in flight. */
  *viommuSyncReqLocked(this: IommuKernel, viommu: ViommuDev): Steps {
    const { state } = viommu.hw;
    while (yield* this.virtioTakeRequest(viommu.hw));
    yield state.exchange;
    const done = state.value.queue;
    if (done.length === 0) return;
    state.value = state.value.with({ queue: [] });
    yield* this.viommuReqsDone(viommu, done);
  }

  /** What became of requests that nobody waited for: who asked for a mapping will want to know. */
  *viommuReqsDone(this: IommuKernel, viommu: ViommuDev, done: readonly Queued[]): Steps {
    const { failed } = viommu;
    yield failed.read;
    const before = failed.value;
    let after = before;
    for (const { request, status } of done) {
      if (request.type === 'unmap')
        after = after.without(request.domain, request.start, request.last);
      if (request.type !== 'map') continue;
      const errno = this.viommuReqErrno(status ?? 'OK');
      const { domain, start, last } = request;
      if (errno !== 0) after = after.with({ domain, start, last, errno });
    }
    if (after === before) return;
    yield failed.write;
    failed.value = after;
  }

  /** The device performs the first request that waits in its queue: false if there is none. */
  *virtioTakeRequest(this: IommuKernel, hw: VirtioHw): Steps<boolean> {
    yield hw.state.readOnce;
    const seen = hw.state.value;
    const { pending } = seen;
    if (pending === null) return false;
    const refused = yield* this.virtioRefuses(pending);
    const status =
      refused ?? (yield* this.virtioStatus(refusals(hw.config, seen, pending), pending));
    yield hw.state.exchange;
    // Somebody else's turn has come in between.
    const { pending: next } = hw.state.value;
    if (next === null || requestText(next) !== requestText(pending)) return true;
    const state = hw.state.value.answered(status);
    hw.state.value = status === 'OK' ? performed(state, pending) : state;
    return true;
  }

  /** What the device says where these rules apply: which it looks at first is nowhere written. */
  *virtioStatus(this: IommuKernel, rules: readonly Status[], { type }: Request): Steps<Status> {
    if (rules.length <= 1) return rules[0] ?? 'OK';
    const choice = this.world.env.choose(rules.length, `status of ${type}`);
    yield choice;
    return rules[this.world.env.answerTo(choice)] as Status;
  }

  /** The status with which the environment makes the device refuse a request; null: it does not. */
  *virtioRefuses(this: IommuKernel, { type }: Request): Steps<Status | null> {
    const may = refusal[type];
    return may !== null && (yield* this.world.refuses(may.site, true)) ? may.status : null;
  }

  /** Whether it completes a request, that it could refuse as well, without a word. */
  *virtioIsSilent(this: IommuKernel, { type }: Request): Steps<boolean> {
    return refusal[type] !== null && (yield* this.world.refuses('virtio_len0', true));
  }

  /** The device performs a request for which the driver waits. */
  *virtioAnswer(this: IommuKernel, hw: VirtioHw, request: Request): Steps<Status> {
    const refused = yield* this.virtioRefuses(request);
    if (refused !== null) return refused;
    const silent = yield* this.virtioIsSilent(request);
    yield hw.state.exchange;
    const state = hw.state.value;
    if (silent) {
      hw.state.value = state.with({ unanswered: [...state.unanswered, requestText(request)] });
      return 'none';
    }
    const rules = refusals(hw.config, state, request);
    if (rules.length === 0) hw.state.value = performed(state, request);
    return yield* this.virtioStatus(rules, request);
  }

  /** Before a device's DMA is translated: how many requests the IOMMU has taken by itself. */
  *virtioTakeSome(this: IommuKernel, hw: VirtioHw): Steps {
    for (;;) {
      yield hw.state.readOnce;
      if (hw.state.value.pending === null) return;
      const takes = this.world.env.choose(2, 'device takes a request');
      yield takes;
      if (this.world.env.answerTo(takes) === 0) return;
      yield* this.virtioTakeRequest(hw);
    }
  }
}
