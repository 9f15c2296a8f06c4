// One operation as exact text: its name and every argument. Equal texts are equal operations.

import { hex } from '../hex.ts';
import type { IommuOp } from './vocabulary/index.ts';

const addresses: ReadonlySet<string> = new Set([
  'iova',
  'pa',
  'va',
  'size',
  'base',
  'address',
  'fromIova',
]);

export function opText(op: IommuOp): string {
  const args = Object.entries(op)
    .filter(([name]) => name !== 'op')
    .map(([name, value]) => `${name}=${valueText(name, value)}`);
  return [op.op, ...args].join(' ');
}

function valueText(name: string, value: unknown): string {
  if (typeof value === 'number') return addresses.has(name) ? hex(value) : String(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
