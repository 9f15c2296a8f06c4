// Operations of the IOMMU stack in words, from one table of their arguments.

import { hex } from '../engine/hex.ts';

type Write = (value: unknown, size: (bytes: number) => string) => string;

const word =
  (prefix: string): Write =>
  (value) =>
    ` ${prefix}${String(value)}`;
const address =
  (prefix: string): Write =>
  (value) =>
    ` ${prefix} ${hex(value as number)}`;
const mark =
  (text: string): Write =>
  (value) =>
    value === true ? `, ${text}` : '';

/** The arguments in the order in which they are told, whatever their order in the operation. */
const table: readonly (readonly [string, Write])[] = [
  ['container', word('c')],
  ['kvm', word('kvm')],
  ['domain', word('d')],
  ['device', word('dev')],
  ['group', word('g')],
  ['hwpt', word('hwpt')],
  ['ioas', word('ioas')],
  ['parent', word('of hwpt')],
  ['type', word('type ')],
  ['extension', word('extension ')],
  ['owner', word('owner ')],
  ['pasid', word('pasid ')],
  ['enable', (value) => (value === true ? ' on' : ' off')],
  ['base', address('base')],
  ['address', address('address')],
  ['iova', address('iova')],
  ['from', word('← ioas')],
  ['fromIova', address('iova')],
  ['va', address('← va')],
  ['pa', (value) => ` ${hex(value as number)}`],
  ['size', (value, size) => `, ${size(value as number)}`],
  ['segments', (value, size) => ` ← ${segments(value as readonly Segment[], size)}`],
  ['bits', (value) => `, bits ${(value as readonly number[]).join(' ') || 'none'}`],
  ['pgsize', (value) => `, pages of ${hex(value as number)}`],
  ['prot', word(', prot ')],
  ['flags', word(', flags ')],
  ['write', mark('a write')],
  ['noSnoop', mark('no snoop')],
  ['bus', mark('by its bus')],
  ['cut', mark('areas cut')],
  ['smallPages', mark('small pages')],
  ['shortArgsz', mark('argsz too small')],
  ['badPointer', mark('bad pointer')],
];

interface Segment {
  readonly pa: number;
  readonly size: number;
}

const segments = (list: readonly Segment[], size: (bytes: number) => string) =>
  list.map((s) => `pa ${hex(s.pa)} ${size(s.size)}`).join(' + ') || 'nothing';

/** `iommu_map d0 iova 0x1000 ← pa 0x2000, 1 page`. */
export function iommuOpText(op: { readonly op: string }, size: (bytes: number) => string): string {
  const fields = op as unknown as Readonly<Record<string, unknown>>;
  const parts = table.flatMap(([name, write]) => {
    const value = fields[name];
    if (value === undefined) return [];
    if (name !== 'pa') return [write(value, size)];
    return [fields['iova'] === undefined ? ' pa' : ' ← pa', write(value, size)];
  });
  return `${op.op}${parts.join('')}`.replaceAll(' ,', ',');
}

/** The arguments that the table knows. */
export const iommuArguments: readonly string[] = table.map(([name]) => name);
