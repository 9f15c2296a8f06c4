// iommufd's operations: arguments checked in the order of the ioctls, ids to objects, results.

import { EFAULT, EINVAL, ENOENT, ENOMEM, EOPNOTSUPP, EOVERFLOW } from '../../errno.ts';
import type { Outcome, Steps } from '../../runtime/index.ts';
import { prot } from '../core/leaf.ts';
import type { Device } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import type { Mm } from '../mm.ts';
import type { ExitOperation, Handlers } from '../operation.ts';
import { ulongMax } from './ioas.ts';
import type { IommuOp } from '../vocabulary/index.ts';
import { type Ictx, Ioas, IommufdObject } from './objects.ts';

/** U64_MAX, as far as a number can say it. */
const everything = ulongMax - 2048;

export const mapFlags = { fixedIova: 1, writeable: 2, readable: 4 } as const;

/** conv_iommu_prot: iommufd always sets IOMMU_CACHE. */
const protOf = (flags: number): number =>
  prot.cache |
  ((flags & mapFlags.readable) === 0 ? 0 : prot.read) |
  ((flags & mapFlags.writeable) === 0 ? 0 : prot.write);

const device = (k: IommuKernel, i: number) => k.world.devices[i] as Device;

function* header(
  k: IommuKernel,
  op: { readonly badPointer?: true; readonly shortArgsz?: true },
): Steps<number> {
  yield k.world.env.local;
  if (op.badPointer) return EFAULT;
  return op.shortArgsz ? EINVAL : 0;
}

/** iommufd_device_unbind after what vfio_iommufd_physical_unbind detaches. */
function* unbind(k: IommuKernel, dev: Device): Steps<number> {
  const cdev = k.world.iommufd.cdev(dev);
  yield cdev.lock.lock;
  yield cdev.idev.read;
  const idev = cdev.idev.value;
  if (idev !== null) {
    yield cdev.attached.read;
    if (cdev.attached.value) yield* k.iommufdDeviceDetach(idev);
    yield cdev.attached.write;
    cdev.attached.value = false;
    yield* k.iommufdObjectDestroyUser(idev);
    yield cdev.idev.write;
    cdev.idev.value = null;
  }
  yield cdev.lock.unlock;
  return idev === null ? EINVAL : 0;
}

export const iommufdOperations: Handlers = {
  *ioas_alloc(k, op) {
    if (yield* k.world.refuses('kzalloc')) return { ret: ENOMEM };
    const entry = k.world.iommufd.ictx.object('ioas', op.ioas);
    if (!(yield* k.iommufdReserveId(entry))) return { ret: EINVAL };
    yield k.world.env.local;
    const ioas = k.world.heap.create(Ioas, entry, op.smallPages === true);
    yield* k.iommufdObjectFinalize(ioas);
    return { ret: 0 };
  },
  *ioas_map(k, op) {
    const flags = op.flags ?? 7;
    const bad = yield* header(k, op);
    if (bad !== 0) return { ret: bad };
    if ((flags & ~7) !== 0) return { ret: EOPNOTSUPP };
    if (op.iova >= ulongMax || op.size >= ulongMax) return { ret: EOVERFLOW };
    if ((flags & (mapFlags.writeable | mapFlags.readable)) === 0) return { ret: EINVAL };
    const ioas = yield* k.iommufdGetIoas(op.ioas);
    if (ioas === null) return { ret: ENOENT };
    const mm = k.world.mms[Math.max(0, k.world.currentProcess())] as Mm;
    const wanted = (flags & mapFlags.fixedIova) === 0 ? null : op.iova;
    const placed = yield* k.ioptMapUserPages(ioas.iopt, mm, wanted, op.va, op.size, protOf(flags));
    yield* k.iommufdPutObject(ioas);
    return typeof placed === 'number' ? { ret: placed } : { ret: 0, out: { iova: placed.iova } };
  },
  *ioas_unmap(k, op) {
    const bad = yield* header(k, op);
    if (bad !== 0) return { ret: bad };
    const ioas = yield* k.iommufdGetIoas(op.ioas);
    if (ioas === null) return { ret: ENOENT };
    let ret = 0;
    if (op.cut === true)
      ret = yield* k.ioptCutIova(ioas.iopt, [op.iova - 1, op.iova + op.size - 1]);
    const result = ret === 0 ? yield* unmap(k, ioas, op.iova, op.size) : { ret };
    yield* k.iommufdPutObject(ioas);
    return result;
  },
  *ioas_copy(k, op) {
    yield k.world.env.local;
    if (op.iova >= ulongMax || op.size >= ulongMax) return { ret: EOVERFLOW };
    const from = yield* k.iommufdGetIoas(op.from);
    if (from === null) return { ret: ENOENT };
    const elms = yield* k.ioptGetPages(from.iopt, op.fromIova, op.size);
    yield* k.iommufdPutObject(from);
    if (typeof elms === 'number') return { ret: elms };
    const ioas = yield* k.iommufdGetIoas(op.ioas);
    if (ioas === null) {
      for (const { pages } of elms) yield* k.ioptPutPages(pages);
      return { ret: ENOENT };
    }
    const placed = yield* k.ioptMapPages(ioas.iopt, elms, op.iova, protOf(7));
    yield* k.iommufdPutObject(ioas);
    return { ret: typeof placed === 'number' ? placed : 0 };
  },
  *ioas_destroy(k, op) {
    return { ret: yield* k.iommufdDestroy(k.world.iommufd.ictx.object('ioas', op.ioas), 'ioas') };
  },
  *hwpt_alloc(k, op) {
    yield k.world.env.local;
    const { ioas, parent } = op;
    if ((ioas === undefined) === (parent === undefined)) return { ret: EINVAL };
    const from = parent === undefined ? { ioas: ioas as number } : { parent };
    const entry = k.world.iommufd.ictx.object('hwpt', op.hwpt);
    return { ret: yield* k.iommufdHwptAlloc(entry, op.device, from, op.flags ?? 0) };
  },
  *hwpt_destroy(k, op) {
    return { ret: yield* k.iommufdDestroy(k.world.iommufd.ictx.object('hwpt', op.hwpt), 'hwpt') };
  },
  *iommufd_bind(k, op) {
    const cdev = k.world.iommufd.cdev(device(k, op.device));
    yield cdev.lock.lock;
    yield cdev.idev.read;
    let ret = EINVAL;
    if (cdev.idev.value === null) {
      const idev = yield* k.iommufdDeviceBind(device(k, op.device));
      ret = typeof idev === 'number' ? idev : 0;
      if (typeof idev !== 'number') {
        yield cdev.idev.write;
        cdev.idev.value = idev;
      }
    }
    yield cdev.lock.unlock;
    return { ret };
  },
  *iommufd_unbind(k, op) {
    return { ret: yield* unbind(k, device(k, op.device)) };
  },
  *iommufd_attach(k, op) {
    const { hwpt, ioas } = op;
    const cdev = k.world.iommufd.cdev(device(k, op.device));
    yield cdev.lock.lock;
    yield cdev.idev.read;
    const idev = cdev.idev.value;
    yield cdev.attached.read;
    const change = cdev.attached.value ? 'replace' : 'attach';
    let ret = EINVAL;
    if (idev !== null && (hwpt === undefined) !== (ioas === undefined)) {
      const to = hwpt === undefined ? { ioas: ioas as number } : { hwpt };
      ret = yield* k.iommufdDeviceChangePt(idev, to, change);
      if (ret === 0) {
        yield cdev.attached.write;
        cdev.attached.value = true;
      }
    }
    yield cdev.lock.unlock;
    return { ret };
  },
  *page_request(k, op) {
    return { ret: yield* k.iommufdReportFault(device(k, op.device)) };
  },
  *fault_respond(k, op) {
    const hwpt = yield* k.iommufdGetHwpt(op.hwpt);
    if (hwpt === null) return { ret: ENOENT };
    yield* k.iommufdRespond(hwpt, device(k, op.device));
    yield* k.iommufdPutObject(hwpt);
    return { ret: 0 };
  },
  *iommufd_detach(k, op) {
    const cdev = k.world.iommufd.cdev(device(k, op.device));
    yield cdev.lock.lock;
    yield cdev.idev.read;
    const idev = cdev.idev.value;
    yield cdev.attached.read;
    const attached = cdev.attached.value;
    if (idev !== null && attached) {
      yield* k.iommufdDeviceDetach(idev);
      yield cdev.attached.write;
      cdev.attached.value = false;
    }
    yield cdev.lock.unlock;
    // Without a bound device the ioctl is refused; one that is not attached is left alone.
    return { ret: idev === null ? EINVAL : 0 };
  },
};

/** Makes the entries of the ids that an operation names: what the context's release looks at. */
export function nameIds(ictx: Ictx, op: IommuOp): void {
  if ('ioas' in op && op.ioas !== undefined) ictx.object('ioas', op.ioas);
  if ('from' in op) ictx.object('ioas', op.from);
  if ('hwpt' in op && op.hwpt !== undefined) ictx.object('hwpt', op.hwpt);
  if ('parent' in op && op.parent !== undefined) ictx.object('hwpt', op.parent);
  if (op.op === 'iommufd_bind') ictx.object('device', op.device);
}

/** (0, U64_MAX) is everything, and then nothing to unmap is no failure. */
function* unmap(k: IommuKernel, { iopt }: Ioas, iova: number, size: number): Steps<Outcome> {
  if (iova === 0 && size >= everything) {
    const { ret, unmapped } = yield* k.ioptUnmapIovaRange(iopt, 0, ulongMax - 1);
    return { ret: ret === ENOENT ? 0 : ret, out: { size: unmapped } };
  }
  if (iova >= ulongMax || size >= ulongMax) return { ret: EOVERFLOW };
  const { ret, unmapped } = yield* k.ioptUnmapIova(iopt, iova, size);
  return { ret, out: { size: unmapped } };
}

/** User space closes the devices, then /dev/iommu: iommufd_fops_release. */
export const iommufdExit: ExitOperation = {
  label: 'close /dev/iommu',
  *run(k) {
    for (const dev of k.world.devices) yield* unbind(k, dev);
    const { ictx } = k.world.iommufd;
    for (let progress = true; progress; ) {
      progress = false;
      for (const entry of ictx.touched()) {
        yield entry.read;
        const object = entry.value;
        if (!(object instanceof IommufdObject) || !(yield* k.iommufdDecIfOne(object))) continue;
        yield* k.iommufdStoreEntry(object, null);
        yield* k.iommufdObjectDestroy(object);
        progress = true;
      }
      progress = (yield* k.iommufdReleaseUnnamed()) || progress;
    }
  },
};
