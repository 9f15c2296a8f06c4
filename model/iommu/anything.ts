// Operations whose results the machines do not say, with the reasons: `inert` ones change nothing that
// the machines know; a program with any other is not followed at all.
import { type AnyOp, isKnown } from './oracle.ts';

const writes = 'what a page holds, and which translation is cached, is no state of the machines';
const pages = 'pages and their references are counted by properties of their own';

export const inert: Readonly<Record<string, string>> = {
  dma_read: writes,
  dma_write: writes,
  page_alloc: pages,
  page_free: pages,
  page_pin: pages,
  page_unpin: pages,
  report_fault: 'the answer is the handler’s',
  compose_msi: 'the message follows from the descriptor, a property of its own',
};

/** Whether a program's operations are all known or change nothing. */
export const isFollowed = (ops: readonly AnyOp[]): boolean =>
  ops.every((op) => isKnown(op) || Object.hasOwn(inert, op.op));
