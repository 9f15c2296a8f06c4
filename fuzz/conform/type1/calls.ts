// What a line of a type1 log means: an operation of the engine, a reading that belongs to the call
// before it, or something outside the engine. Addresses of user memory are not in these logs.

import type { IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import { type Entry, needNumber, numberField, textField } from '../log.ts';

export type Type1Meaning =
  | { readonly kind: 'call'; readonly name: string; readonly op: IommuOp }
  /** Of the call before: how many bits its bitmap has, and bytes unmapped where that is said. */
  | { readonly kind: 'reading'; readonly bits: number; readonly unmapped: number | undefined }
  | { readonly kind: 'outside'; readonly name: string };

/** Page-aligned memory that can be pinned: where the buffers of a log are taken to be. */
export const buffer = 0x10000000;

/** The mapping that a call without addresses is about. */
export interface Range {
  readonly iova: number;
  readonly size: number;
}

export function type1Meaning(entry: Entry, mapped: Range): Type1Meaning {
  const op = textField(entry, 'op');
  if (op === undefined) return readingOf(entry);
  const name = textField(entry, 'what') === undefined ? op : `${op} ${textField(entry, 'what')}`;
  const call = (operation: IommuOp): Type1Meaning => ({ kind: 'call', name, op: operation });
  const container = 0;
  const range = () => ({ iova: needNumber(entry, 'iova'), size: needNumber(entry, 'size') });
  const [verb = ''] = op.split(' ');
  switch (verb) {
    case 'CHECK_EXTENSION':
      return call({ op: 'vfio_check_extension', container, extension: needNumber(entry, 'ext') });
    case 'SET_IOMMU':
      return call({ op: 'vfio_set_iommu', container, type: needNumber(entry, 'type') });
    case 'VFIO_IOMMU_GET_INFO':
      return call({ op: 'vfio_get_info', container });
    case 'GROUP_GET_DEVICE_FD':
      return call({ op: 'vfio_get_device_fd', device: 0 });
    case 'GROUP_UNSET_CONTAINER':
      return call({ op: 'vfio_unset_container', group: 0 });
    case 'MAP_DMA':
      return call({ op: 'vfio_map_dma', container, ...range(), va: buffer, ...flagsOf(entry) });
    case 'UNMAP_DMA':
      return call({ op: 'vfio_unmap_dma', container, ...range(), ...flagsOf(entry) });
    case 'VFIO_IOMMU_UNMAP_DMA':
      return call({ op: 'vfio_unmap_dma', container, ...mapped, flags: 1 });
    case 'VFIO_IOMMU_DIRTY_PAGES':
      return call({ op: 'vfio_dirty_pages', container, ...dirtyOf(entry) });
    default:
      return { kind: 'outside', name };
  }
}

function flagsOf(entry: Entry): { flags?: number } {
  const flags = numberField(entry, 'flags');
  return flags === undefined ? {} : { flags };
}

function dirtyOf(entry: Entry) {
  const what = textField(entry, 'what') ?? '';
  if (what.startsWith('start')) return { flags: 1 };
  if (what.startsWith('stop')) return { flags: 2 };
  return {
    flags: 4,
    iova: needNumber(entry, 'iova'),
    size: needNumber(entry, 'size'),
    pgsize: needNumber(entry, 'pgsize'),
  };
}

function readingOf(entry: Entry): Type1Meaning {
  const bits = textField(entry, 'bits');
  if (bits === undefined || !/^0x[0-9a-f]+$/i.test(bits))
    return { kind: 'outside', name: 'reading' };
  const set = BigInt(bits).toString(2).replaceAll('0', '').length;
  return { kind: 'reading', bits: set, unmapped: numberField(entry, 'unmapped') };
}

/** A call of the same name with the same recorded arguments. */
export const sameCall = (a: Entry, b: Entry): boolean =>
  ['op', 'iova', 'size', 'flags'].every((field) => a.fields[field] === b.fields[field]);
