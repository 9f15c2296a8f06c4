// Operations, results and names in words, as a kernel engineer would jot them down.

import { hex } from '../engine/hex.ts';
import type { AnyOp, AnyProgram } from '../engine/program.ts';
import type { Op } from '../engine/vfio/vocabulary.ts';
import type { EngineRef } from '../fuzz/catalogue.ts';
import { iommuOpText } from './iommuWords.ts';

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** A size in host pages where it is whole, else in bytes. */
function sizeText(bytes: number, pageShift: number): string {
  const pages = bytes / 2 ** pageShift;
  return Number.isInteger(pages) ? plural(pages, 'page') : `${hex(bytes)} bytes`;
}

/** An operation of a program, in the words of its system. */
export function opText(op: AnyOp, { system, topology }: AnyProgram): string {
  const { pageShift } = (topology as { readonly geometry: { readonly pageShift: number } })
    .geometry;
  if (system === 'iommu') return iommuOpText(op, (bytes) => sizeText(bytes, pageShift));
  system satisfies 'spapr';
  return `${callText(op as Op, pageShift)}${extras(op as Op)}`;
}

function callText(op: Op, pageShift: number): string {
  const c = `c${op.container}`;
  switch (op.op) {
    case 'attach':
      return `attach ${c} ← group ${op.group}`;
    case 'detach':
      return `detach ${c} → group ${op.group}`;
    case 'register':
    case 'unregister':
      return `${op.op} ${c} va ${hex(op.va)}, ${sizeText(op.size, pageShift)}`;
    case 'map':
      return `map ${c} iova ${hex(op.iova)} ← va ${hex(op.va)}, ${sizeText(op.size, pageShift)}`;
    case 'unmap':
      return `unmap ${c} iova ${hex(op.iova)}, ${sizeText(op.size, pageShift)}`;
    case 'create':
      return `create ${c} window of ${hex(op.windowSize)}, ${windowText(op.pageShift, op.levels)}`;
    case 'remove':
      return `remove ${c} window ${hex(op.start)}`;
    case 'checkExtension':
      return `check extension ${op.extension} ${c}`;
    case 'close':
    case 'enable':
    case 'disable':
    case 'info':
    case 'eeh':
      return `${op.op} ${c}`;
    case 'unknownIoctl':
      break;
  }
  return `unknown ioctl ${c}`;
}

const windowText = (pageShift: number, levels: number) =>
  `page shift ${pageShift}, ${plural(levels, 'level')}`;

/** What user space got wrong or chose unusually. */
function extras(op: Op): string {
  const parts: string[] = [];
  if ('flags' in op && op.flags !== undefined) parts.push(`flags ${op.flags}`);
  if ('shortArgsz' in op && op.shortArgsz) parts.push('argsz too small');
  if ('badPointer' in op && op.badPointer) parts.push('bad pointer');
  if ('readOnlyPointer' in op && op.readOnlyPointer) parts.push('read-only pointer');
  return parts.map((part) => `, ${part}`).join('');
}

/** How people name an engine: `spapr/v11`, or `reference + B1`. */
export function engineName({ revision, deltas }: EngineRef): string {
  if (revision !== 'reference' || deltas.length === 0) return revision;
  return `${revision} + ${deltas.join(' + ')}`;
}
