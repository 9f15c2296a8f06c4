// The ioctls of drivers/vfio/vfio_iommu_spapr_tce.c as a log has them: arguments by their names.

import type { Op } from '../../engine/index.ts';
import type { IoctlHeader } from '../../engine/vfio/vocabulary.ts';
import { type Entry, LogError, numberField } from './log.ts';

/** An ioctl that the VFIO core passes on; its container is found when it is made. */
export type DriverOp = Exclude<Op, { readonly op: 'attach' | 'detach' | 'close' }>;

/** By the name without prefixes; null: not one of them. */
export function driverOpOf(name: string, entry: Entry): DriverOp | null {
  const container = 0;
  const need = (...names: string[]) => firstOf(entry, names);
  const flags = () => ({ flags: numberField(entry, 'flags') ?? 0, ...headerOf(name, entry) });
  switch (name) {
    case 'ENABLE':
    case 'DISABLE':
      return { op: name === 'ENABLE' ? 'enable' : 'disable', container };
    case 'REGISTER_MEMORY':
    case 'UNREGISTER_MEMORY': {
      const op = name === 'REGISTER_MEMORY' ? 'register' : 'unregister';
      return { op, container, va: need('va', 'vaddr'), size: need('size'), ...flags() };
    }
    case 'MAP_DMA': {
      const at = { iova: need('iova'), va: need('va_off', 'va', 'vaddr'), size: need('size') };
      return { op: 'map', container, ...at, ...flags(), flags: numberField(entry, 'flags') ?? 3 };
    }
    case 'UNMAP_DMA':
      return { op: 'unmap', container, iova: need('iova'), size: need('size'), ...flags() };
    case 'TCE_CREATE': {
      const window = { pageShift: need('page_shift'), windowSize: need('window_size') };
      return { op: 'create', container, ...window, levels: need('levels'), ...flags() };
    }
    case 'TCE_REMOVE':
      return { op: 'remove', container, start: need('start_addr', 'start'), ...flags() };
    case 'TCE_GET_INFO':
      return { op: 'info', container, ...headerOf(name, entry) };
    default:
      return null;
  }
}

/** Bytes that a structure must have at least. */
const leastArgsz: Readonly<Record<string, number>> = {
  REGISTER_MEMORY: 24,
  UNREGISTER_MEMORY: 24,
  MAP_DMA: 32,
  UNMAP_DMA: 24,
  TCE_CREATE: 40,
  TCE_REMOVE: 16,
  TCE_GET_INFO: 16,
};

function headerOf(name: string, entry: Entry): IoctlHeader {
  const argsz = numberField(entry, 'argsz');
  return argsz !== undefined && argsz < (leastArgsz[name] ?? 0) ? { shortArgsz: true } : {};
}

function firstOf(entry: Entry, names: readonly string[]): number {
  for (const name of names) {
    const value = numberField(entry, name);
    if (value !== undefined) return value;
  }
  throw new LogError(entry.line, `the field ${names.join(' or ')} is missing`);
}
