// The flush queue of a DMA domain: IOVAs that are unmapped and may not be handed out again before the
// IOTLB was flushed (spec/iommu-core.md §4, spec/cookies.md §7.10).

import { hex } from '../../hex.ts';
import { type Hashed, hashString, hashString2, type Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import type { PageTable } from '../core/pageTable.ts';
import type { IommuKernel } from '../kernel.ts';
import type { IovaCookie } from './objects.ts';

/** struct iova_fq_entry. */
export interface Queued {
  readonly iova: U64;
  readonly size: U64;
  /** fq_flush_start_cnt when it was queued. */
  readonly counter: number;
  /** Page tables that are freed with it. */
  readonly freelist: readonly PageTable[];
}

/** struct iova_fq as one value: entries in order. Queues of one cookie are interned together. */
export class Queue implements Hashed {
  readonly name: string;
  readonly hash: number;
  readonly hash2: number;
  readonly entries: readonly Queued[];
  private readonly family: Map<string, Queue>;

  constructor(family: Map<string, Queue>, name: string, entries: readonly Queued[]) {
    this.family = family;
    this.name = name;
    this.hash = hashString(name);
    this.hash2 = hashString2(name);
    this.entries = entries;
  }

  /** The queue of this cookie with these entries. */
  of(entries: readonly Queued[]): Queue {
    const text = (e: Queued) =>
      [`${hex(e.iova)}+${hex(e.size)}@${e.counter}`, ...e.freelist.map((t) => t.name)].join(' ');
    const name = entries.map(text).join(', ') || 'empty';
    let value = this.family.get(name);
    if (value === undefined) this.family.set(name, (value = new Queue(this.family, name, entries)));
    return value;
  }
}

/** The empty queue of a new cookie. */
export function emptyQueue(): Queue {
  return new Queue(new Map(), 'empty', []).of([]);
}

/** IOVA_DEFAULT_FQ_SIZE is 256; what matters shows with four. */
export const queueSize = 4;

export class FlushQueueSteps {
  /** queue_iova: what a flush has done with is freed first; a full ring is flushed at once. */
  *queueIova(
    this: IommuKernel,
    domain: IommuDomain,
    iova: U64,
    size: U64,
    freelist: readonly PageTable[] = [],
  ): Steps {
    const cookie = yield* this.iovaCookieOf(domain);
    yield cookie.fqLock.lock;
    yield* this.fqRingFreeLocked(cookie, domain);
    yield cookie.queue.read;
    if (cookie.queue.value.entries.length >= queueSize) {
      yield* this.fqFlushIotlb(domain, cookie);
      yield* this.fqRingFreeLocked(cookie, domain);
    }
    yield cookie.flushStart.readOnce;
    const counter = cookie.flushStart.value;
    yield cookie.queue.read;
    const now = cookie.queue.value;
    yield cookie.queue.write;
    cookie.queue.value = now.of([...now.entries, { iova, size, counter, freelist }]);
    yield cookie.fqLock.unlock;
  }

  /** fq_ring_free_locked: entries older than the last flush that has finished. */
  *fqRingFreeLocked(this: IommuKernel, cookie: IovaCookie, domain: IommuDomain): Steps {
    yield cookie.flushFinish.readOnce;
    const finished = cookie.flushFinish.value;
    yield cookie.queue.read;
    const now = cookie.queue.value;
    const { entries } = now;
    const waiting = entries.findIndex((e) => !this.fqEntryDone(e, finished));
    const done = waiting < 0 ? entries : entries.slice(0, waiting);
    if (done.length === 0) return;
    for (const { iova, size, freelist } of done) {
      yield* this.iommuPutPagesList(domain, freelist);
      yield* this.freeIovaFast(cookie, iova, size);
    }
    yield cookie.queue.write;
    cookie.queue.value = now.of(entries.slice(done.length));
  }

  /** A flush that began after the entry was queued has finished. */
  fqEntryDone(this: IommuKernel, entry: Queued, finished: number): boolean {
    return entry.counter < finished;
  }

  /** fq_flush_iotlb. */
  *fqFlushIotlb(this: IommuKernel, domain: IommuDomain, cookie: IovaCookie): Steps {
    yield cookie.flushStart.exchange;
    const started = cookie.flushStart.value + 1;
    cookie.flushStart.value = started;
    yield* this.iommuFlushIotlbAll(domain);
    yield* this.fqFlushFinished(cookie, started);
  }

  *fqFlushFinished(this: IommuKernel, cookie: IovaCookie, _started: number): Steps {
    yield cookie.flushFinish.exchange;
    cookie.flushFinish.value = cookie.flushFinish.value + 1;
  }

  /** fq_flush_timeout: the timer's work. */
  *fqFlushTimeout(this: IommuKernel, domain: IommuDomain): Steps {
    const cookie = yield* this.iovaCookieOf(domain);
    yield* this.fqFlushIotlb(domain, cookie);
    yield cookie.fqLock.lock;
    yield* this.fqRingFreeLocked(cookie, domain);
    yield cookie.fqLock.unlock;
  }

  /** iommu_dma_free_fq: nobody uses the domain any more. */
  *iommuDmaFreeFq(this: IommuKernel, domain: IommuDomain, cookie: IovaCookie): Steps {
    yield cookie.queue.readOnce;
    for (const { freelist } of cookie.queue.value.entries)
      yield* this.iommuPutPagesList(domain, freelist);
  }
}
