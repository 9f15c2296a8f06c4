// A program's operations as runnable code: the handlers of all parts, and what is released at the end.

import type { Operation } from '../runtime/index.ts';
import { cookieExit, cookieOperations } from './cookie/operations.ts';
import { attachOperations, clientExit, groupExit } from './core/attachOperations.ts';
import { dmaApiExit, dmaApiOperations } from './core/dmaApi.ts';
import { mapOperations } from './core/mapOperations.ts';
import { dirtyOperations } from './dirty/operations.ts';
import { hardwareOperations } from './hw/operations.ts';
import { iommufdExit, iommufdOperations, nameIds } from './iommufd/operations.ts';
import type { IommuKernel } from './kernel.ts';
import type { ExitOperation, Handlers } from './operation.ts';
import { opText } from './opText.ts';
import { ownershipOperations } from './ownership/operations.ts';
import { vfioExit, vfioOperations } from './vfio/operations.ts';
import { virtioExit } from './virtio/operations.ts';
import type { IommuOp } from './vocabulary/index.ts';

const handlers: Handlers = {
  ...mapOperations,
  ...dmaApiOperations,
  ...hardwareOperations,
  ...attachOperations,
  ...ownershipOperations,
  ...dirtyOperations,
  ...cookieOperations,
  ...iommufdOperations,
  ...vfioOperations,
};

/** In order: user space closes its files, groups go back to their default domains, clients clean up. */
const exits: readonly ExitOperation[] = [
  vfioExit,
  iommufdExit,
  clientExit,
  cookieExit,
  groupExit,
  dmaApiExit,
  virtioExit,
];

export function operationOf(kernel: IommuKernel, op: IommuOp): Operation {
  const handler = handlers[op.op] as
    | ((kernel: IommuKernel, op: IommuOp) => ReturnType<Operation['start']>)
    | undefined;
  if (handler === undefined) throw new Error(`the engine has no operation ${op.op}`);
  nameCells(kernel, op);
  return { label: opText(op), start: () => handler(kernel, op) };
}

export function exitOperations(kernel: IommuKernel): Operation[] {
  return exits.map((exit) => ({
    label: exit.label,
    *start() {
      yield kernel.world.env.local;
      yield* exit.run(kernel);
      return { ret: 0 };
    },
  }));
}

/**
 * Cells that are made when first named, made now: code that goes through all of them (the exit
 * operations) must meet the same ones whenever it runs.
 */
function nameCells({ world }: IommuKernel, op: IommuOp): void {
  if ('domain' in op) world.slots.domain(op.domain);
  nameIds(world.iommufd.ictx, op);
  if ('pasid' in op && op.pasid !== undefined) {
    for (const group of world.groups) group.pasid(op.pasid);
    for (const device of world.devices) device.pasid(op.pasid);
  }
  if (!('owner' in op)) return;
  for (const group of world.groups) world.core.claims.of(op.owner, group.index);
}
