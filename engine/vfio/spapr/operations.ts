// A program's operations as runnable code: dispatch, and what the VFIO core does around each.

import { EBADF, ENOTTY } from '../../errno.ts';
import type { Operation, Outcome, Steps } from '../../runtime/index.ts';
import { opText } from '../opText.ts';
import type { Op } from '../vocabulary.ts';
import type { SpaprKernel } from './kernel.ts';
import type { TceContainer, VfioGroup } from './objects.ts';

/** One operation of a program; `closable`: some operation closes a container, so files are counted. */
export function operationOf(kernel: SpaprKernel, op: Op, closable: boolean): Operation {
  const container = kernel.world.containers[op.container] as TceContainer;
  const start = closable ? () => counted(kernel, container, op) : () => run(kernel, container, op);
  return { label: opText(op), start };
}

/** fdget and fdput around a call: a container is released after the last call on it has returned. */
function* counted(kernel: SpaprKernel, container: TceContainer, op: Op): Steps<Outcome> {
  if (op.op === 'close') return { ret: yield* kernel.vfioFileClose(container) };
  yield container.file.get;
  if (!container.file.answer) return { ret: EBADF };
  const result = yield* run(kernel, container, op);
  yield container.file.put;
  if (container.file.answer) yield* kernel.tceIommuRelease(container);
  return result;
}

function* run(kernel: SpaprKernel, container: TceContainer, op: Op): Steps<Outcome> {
  if (op.op === 'attach' || op.op === 'detach') {
    const group = kernel.world.groups[op.group] as VfioGroup;
    const ret =
      op.op === 'attach'
        ? yield* kernel.vfioAttachGroup(container, group)
        : yield* kernel.vfioDetachGroup(container, group);
    return { ret };
  }
  return yield* tceIommuIoctl(kernel, container, op);
}

/** tce_iommu_ioctl: CHECK_EXTENSION is for everyone, the rest for the container's own process. */
export function* tceIommuIoctl(
  kernel: SpaprKernel,
  container: TceContainer,
  op: Op,
): Steps<Outcome> {
  if (op.op === 'checkExtension') {
    yield kernel.world.env.local;
    return { ret: kernel.tceCheckExtension(op.extension) };
  }
  const ret = yield* kernel.tceIommuMmCheck(container);
  return ret !== 0 ? { ret } : yield* ioctlOf(kernel, container, op);
}

function* ioctlOf(k: SpaprKernel, c: TceContainer, op: Op): Steps<Outcome> {
  switch (op.op) {
    case 'enable':
      return { ret: yield* k.tceIommuEnable(c) };
    case 'disable':
      return { ret: yield* k.tceIommuDisableIoctl(c) };
    case 'register':
      return { ret: yield* k.tceIommuRegister(c, op) };
    case 'unregister':
      return { ret: yield* k.tceIommuUnregister(c, op) };
    case 'map':
      return { ret: yield* k.tceIommuMap(c, op) };
    case 'unmap':
      return { ret: yield* k.tceIommuUnmap(c, op) };
    case 'create':
      return yield* k.tceIommuCreate(c, op);
    case 'remove':
      return { ret: yield* k.tceIommuRemove(c, op) };
    case 'info':
      return yield* k.tceIommuGetInfo(c, op);
    case 'eeh':
      return { ret: 0 };
    // Not an ioctl of the driver: the VFIO core serves these itself.
    case 'attach':
    case 'detach':
    case 'close':
    case 'checkExtension':
    case 'unknownIoctl':
    default:
      return { ret: ENOTTY };
  }
}
