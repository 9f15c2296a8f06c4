// Logs for tests, written as short as what they say. The results in them are those of the kernel's
// code (drivers/vfio and arch/powerpc, 6.12), not of the engine.

import { revisionById } from '../../engine/revisions/index.ts';
import { conform, type ConformOptions } from './conform.ts';

const { deltas } = revisionById('spapr/6.12')!;

/** Lines as `CALL args -> result`, in the words of a log. */
export function replay(lines: readonly (object | string)[], options: Partial<ConformOptions> = {}) {
  const text = lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n');
  return conform(text, { deltas, machine: 'powernv9', ...options });
}

export const differing = (report: ReturnType<typeof replay>) =>
  report.lines
    .filter((l) => l.verdict !== 'agreed')
    .map((l) => `${l.line} ${l.verdict}: ${l.kernel} ${l.engine}`);

export const ok = (op: string, fields: object = {}) => ({ op, ...fields, ret: 0 });
export const no = (op: string, errno: string, fields: object = {}) => ({
  op,
  ...fields,
  ret: -1,
  errno,
});
export const open = (path: string, ret: number) => ({ op: `open /dev/vfio/${path}`, ret });
export const locked = (kb: number) => ({ status: `VmLck: ${kb} kB` });
export const set = 'VFIO_GROUP_SET_CONTAINER';
export const unset = 'VFIO_GROUP_UNSET_CONTAINER';
export const memory = { va: '0x3fff00000000', size: '0x40000' };
export const map = (iova: string) => ({
  iova,
  va_off: '0x3fff00000000',
  size: '0x10000',
  flags: 3,
});

/** One container with one group, as far as SET_IOMMU. */
export const begun = [open('vfio', 3), open('0', 4), ok(set), ok('SET_IOMMU', { type: 7 })];
