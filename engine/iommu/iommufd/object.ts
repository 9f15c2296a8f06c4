// The life of iommufd's objects: ids, references, destruction (spec/iommu-core.md §6 and §7.11).
// ictx->objects and the counts' meaning hang together by its xa_lock.

import { EBUSY, ENOENT } from '../../errno.ts';
import { bugOn, type Steps } from '../../runtime/index.ts';
import type { IommuKernel } from '../kernel.ts';
import { type Entry, Hwpt, Idev, Ioas, IommufdObject } from './objects.ts';

export type ObjectKind = 'ioas' | 'hwpt' | 'device';

const isA = (object: IommufdObject, kind: ObjectKind): boolean => {
  if (kind === 'ioas') return object instanceof Ioas;
  return kind === 'hwpt' ? object instanceof Hwpt : object instanceof Idev;
};

export class ObjectSteps {
  /** The id part of iommufd_object_alloc: false where user space has the name in use. */
  *iommufdReserveId(this: IommuKernel, entry: Entry): Steps<boolean> {
    const { ictx } = this.world.iommufd;
    yield ictx.xaLock.lock;
    yield entry.read;
    const free = entry.value === null;
    if (free) {
      yield entry.write;
      // XA_ZERO_ENTRY: the id is taken, and look-ups find nothing.
      entry.value = ictx;
    }
    yield ictx.xaLock.unlock;
    return free;
  }

  /** iommufd_object_finalize: from now on others can see the object. */
  *iommufdObjectFinalize(this: IommuKernel, object: IommufdObject): Steps {
    const { ictx } = this.world.iommufd;
    yield ictx.xaLock.lock;
    yield* this.iommufdStoreEntry(object, object);
    yield ictx.xaLock.unlock;
  }

  /** xas_store; objects without a name are found by iommufd_fops_release all the same. */
  *iommufdStoreEntry(this: IommuKernel, object: IommufdObject, value: IommufdObject | null): Steps {
    yield object.entry.write;
    object.entry.value = value;
    if (object.entry.object !== object) return;
    const { unnamed } = this.world.iommufd.ictx;
    yield unnamed.exchange;
    const { value: set } = unnamed;
    unnamed.value = value === null ? set.without(object as Hwpt) : set.with(object as Hwpt);
  }

  /** iommufd_object_abort, or of an id alone where there is no object yet. */
  *iommufdObjectAbort(this: IommuKernel, entry: Entry, object: IommufdObject | null): Steps {
    const { ictx } = this.world.iommufd;
    yield ictx.xaLock.lock;
    yield entry.write;
    entry.value = null;
    yield ictx.xaLock.unlock;
    if (object === null) return;
    yield object.users.put;
    bugOn(!object.users.wasLast, 'an aborted object is referred to');
    yield object.free;
  }

  /** iommufd_get_object; null is -ENOENT. */
  *iommufdGetObject(
    this: IommuKernel,
    entry: Entry,
    kind: ObjectKind,
  ): Steps<IommufdObject | null> {
    const { ictx } = this.world.iommufd;
    yield ictx.xaLock.lock;
    yield entry.read;
    const found = entry.value;
    let object: IommufdObject | null = null;
    if (found instanceof IommufdObject && isA(found, kind))
      if (yield* this.iommufdLockObj(found)) object = found;
    yield ictx.xaLock.unlock;
    return object;
  }

  *iommufdGetIoas(this: IommuKernel, slot: number): Steps<Ioas | null> {
    const entry = this.world.iommufd.ictx.object('ioas', slot);
    return (yield* this.iommufdGetObject(entry, 'ioas')) as Ioas | null;
  }

  *iommufdGetHwpt(this: IommuKernel, slot: number): Steps<Hwpt | null> {
    const entry = this.world.iommufd.ictx.object('hwpt', slot);
    return (yield* this.iommufdGetObject(entry, 'hwpt')) as Hwpt | null;
  }

  *iommufdGetDevice(this: IommuKernel, device: number): Steps<Idev | null> {
    const entry = this.world.iommufd.ictx.object('device', device);
    return (yield* this.iommufdGetObject(entry, 'device')) as Idev | null;
  }

  /** iommufd_lock_obj: the short-term count first, so that whoever destroys it waits. */
  *iommufdLockObj(this: IommuKernel, object: IommufdObject): Steps<boolean> {
    yield object.shorttermUsers.getUnlessZero;
    if (!object.shorttermUsers.got) return false;
    yield object.users.getUnlessZero;
    if (object.users.got) return true;
    yield object.shorttermUsers.put;
    return false;
  }

  /** iommufd_put_object: users first, so that no other user is seen once short-term users are gone. */
  *iommufdPutObject(this: IommuKernel, object: IommufdObject): Steps {
    yield object.users.put;
    yield object.shorttermUsers.put;
  }

  /** IOMMU_DESTROY: only if the xarray's reference is the last. */
  *iommufdDestroy(this: IommuKernel, entry: Entry, kind: ObjectKind): Steps<number> {
    const { ictx } = this.world.iommufd;
    yield ictx.xaLock.lock;
    yield entry.read;
    const found = entry.value;
    if (!(found instanceof IommufdObject && isA(found, kind))) {
      yield ictx.xaLock.unlock;
      return ENOENT;
    }
    const last = yield* this.iommufdDecIfOne(found);
    if (last) yield* this.iommufdStoreEntry(found, null);
    yield ictx.xaLock.unlock;
    if (!last) return EBUSY;
    yield* this.iommufdDecWaitShortterm(found);
    yield* this.iommufdObjectDestroy(found);
    return 0;
  }

  /** refcount_dec_if_one(&obj->users). */
  *iommufdDecIfOne(this: IommuKernel, object: IommufdObject): Steps<boolean> {
    yield object.users.exchange;
    if (object.users.value !== 1) return false;
    object.users.value = 0;
    return true;
  }

  /** iommufd_object_dec_wait_shortterm. */
  *iommufdDecWaitShortterm(this: IommuKernel, object: IommufdObject): Steps {
    yield object.shorttermUsers.put;
    if (!object.shorttermUsers.wasLast) yield object.shorttermUsers.waitZero;
  }

  /** iommufd_object_destroy_user, of a device by its driver: waits first, then nobody is left. */
  *iommufdObjectDestroyUser(this: IommuKernel, object: IommufdObject): Steps {
    const { ictx } = this.world.iommufd;
    yield* this.iommufdDecWaitShortterm(object);
    yield ictx.xaLock.lock;
    yield object.users.put;
    const last = yield* this.iommufdDecIfOne(object);
    bugOn(!last, 'a device is referred to after it is unbound');
    yield* this.iommufdStoreEntry(object, null);
    yield ictx.xaLock.unlock;
    yield* this.iommufdObjectDestroy(object);
  }

  /** iommufd_object_put_and_try_destroy: the caller's reference, and all of it if it was the last. */
  *iommufdObjectPutAndTryDestroy(this: IommuKernel, object: IommufdObject): Steps {
    const { ictx } = this.world.iommufd;
    yield ictx.xaLock.lock;
    yield object.users.put;
    const last = yield* this.iommufdDecIfOne(object);
    if (last) yield* this.iommufdStoreEntry(object, null);
    yield ictx.xaLock.unlock;
    if (!last) return;
    yield* this.iommufdDecWaitShortterm(object);
    yield* this.iommufdObjectDestroy(object);
  }

  /** The part of iommufd_fops_release for hwpts that attaching made; whether there was one. */
  *iommufdReleaseUnnamed(this: IommuKernel): Steps<boolean> {
    const { unnamed } = this.world.iommufd.ictx;
    yield unnamed.read;
    const before = unnamed.value.members;
    for (const hwpt of before) {
      if (!(yield* this.iommufdDecIfOne(hwpt))) continue;
      yield* this.iommufdStoreEntry(hwpt, null);
      yield* this.iommufdObjectDestroy(hwpt);
    }
    return before.length > 0;
  }

  /** iommufd_object_ops[type].destroy, and kfree. */
  *iommufdObjectDestroy(this: IommuKernel, object: IommufdObject): Steps {
    if (object instanceof Ioas) yield* this.iommufdIoasDestroy(object);
    else if (object instanceof Hwpt) yield* this.iommufdHwptDestroy(object);
    else if (object instanceof Idev) yield* this.iommufdDeviceDestroy(object);
    yield object.free;
  }
}
