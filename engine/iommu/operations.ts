// A program's operations as runnable code: the handlers of all parts, and what is released at the end.

import type { Operation } from '../runtime/index.ts';
import { cookieOperations } from './cookie/operations.ts';
import { coreOperations, clientExit } from './core/operations.ts';
import { dirtyOperations } from './dirty/operations.ts';
import type { IommuKernel } from './kernel.ts';
import type { ExitOperation, Handlers } from './operation.ts';
import { opText } from './opText.ts';
import type { IommuOp } from './vocabulary/index.ts';

const handlers: Handlers = {
  ...coreOperations,
  ...dirtyOperations,
  ...cookieOperations,
};

/** In order: user space closes its files, groups go back to their default domains, clients clean up. */
const exits: readonly ExitOperation[] = [clientExit];

export function operationOf(kernel: IommuKernel, op: IommuOp): Operation {
  const handler = handlers[op.op] as
    | ((kernel: IommuKernel, op: IommuOp) => ReturnType<Operation['start']>)
    | undefined;
  if (handler === undefined) throw new Error(`the engine has no operation ${op.op}`);
  return { label: opText(op), start: () => handler(kernel, op) };
}

export function exitOperations(kernel: IommuKernel): Operation[] {
  return exits.map(({ label, run }) => ({
    label,
    *start() {
      yield kernel.world.env.local;
      yield* run(kernel);
      return { ret: 0 };
    },
  }));
}
