// How a part of the stack says what the operations of programs do: a table of handlers by name.

import type { Outcome, Steps } from '../runtime/index.ts';
import type { IommuKernel } from './kernel.ts';
import type { IommuOpName, OpOf } from './vocabulary/index.ts';

export type Handlers = {
  readonly [N in IommuOpName]?: (kernel: IommuKernel, op: OpOf<N>) => Steps<Outcome>;
};

/** What is still held when the programs are over, given back: one operation of the exit task. */
export interface ExitOperation {
  readonly label: string;
  run(kernel: IommuKernel): Steps;
}
