// Values as traces print them: the same on every machine. Objects go by name, addresses in hex.

import { Cell, type KernelObject, type Value } from '../../engine/runtime/index.ts';

/** Whole pages are addresses, also with the two permission bits of a TCE; the rest are counts. */
export function printNumber(value: number): string {
  const bits = value % 4096;
  const isAddress = bits === 0 ? value >= 4096 : value >= 0x10000 && bits > 0 && bits <= 3;
  return isAddress ? `0x${BigInt(value).toString(16)}` : `${value}`;
}

export function printValue(value: Value): string {
  if (typeof value === 'number') return printNumber(value);
  if (value === null) return 'NULL';
  if (typeof value !== 'object') return `${value}`;
  if ('name' in value && typeof value.name === 'string') return value.name;
  return `#${(value.hash >>> 0).toString(16).padStart(8, '0')}`;
}

/** Every cell of an object, its lifetime included, by field. */
export function fieldsOf(object: KernelObject): Record<string, string> {
  const cells = Object.values(object)
    .flatMap((value): unknown[] => (Array.isArray(value) ? value : [value]))
    .filter((value) => value instanceof Cell && value.object === object);
  const entries = cells.map((cell) => [
    (cell as Cell<Value>).field,
    printValue((cell as Cell<Value>).stored),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
