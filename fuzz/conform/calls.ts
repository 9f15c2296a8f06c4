// What the entries of a log stand for: calls that the engine has, readings of its state, and lines
// that are outside of it, with the reason. Names are those of the ioctls, with or without prefixes.

import { type DriverOp, driverOpOf } from './driverCalls.ts';
import { type Entry, needNumber, numberField, returned, textField } from './log.ts';

/** Which file or process a line names, where it does. */
export interface Named {
  readonly fd?: number;
  readonly containerFd?: number;
  readonly process?: string;
}

type Plain =
  | 'openContainer'
  | 'apiVersion'
  | 'status'
  | 'setContainer'
  | 'unsetContainer'
  | 'deviceFd'
  | 'fork'
  | 'exit'
  | 'wait';

export type Call =
  | { readonly [K in Plain]: { readonly call: K } }[Plain]
  | { readonly call: 'openGroup'; readonly group: string }
  | { readonly call: 'checkExtension'; readonly extension: number }
  | { readonly call: 'setIommu'; readonly type: number }
  | { readonly call: 'close'; readonly what: 'container' | 'group' | 'device' | null }
  | { readonly call: 'driver'; readonly op: DriverOp };

export type Reading =
  | { readonly reading: 'hostPage' | 'groupFlags'; readonly value: number }
  | { readonly reading: 'VmLck' | 'VmPin'; readonly value: number };

export type Meaning =
  | { readonly kind: 'call'; readonly name: string; readonly call: Call; readonly named: Named }
  | { readonly kind: 'reading'; readonly name: string; readonly reading: Reading }
  | {
      readonly kind: 'outside';
      readonly name: string;
      readonly reason: string;
      /** It stands for calls that the log does not list. */
      readonly summary?: true;
    };

const outside = (name: string, reason: string): Extract<Meaning, { kind: 'outside' }> => ({
  kind: 'outside',
  name,
  reason,
});

/** What a line means. Fields that are not known are passed over. */
export function meaningOf(entry: Entry): Meaning {
  const op = textField(entry, 'op');
  if (op === undefined) return readingOf(entry);
  if (entry.fields['ret'] === undefined) return outside(op, 'a call without a result');
  returned(entry);
  const call = callOf(op, entry);
  const missing = call === null ? null : notThere(call, entry);
  if (missing !== null) return outside(op, missing);
  if (call !== null) return { kind: 'call', name: op, call, named: namedBy(entry) };
  const reason = outsideReasons.find(([pattern]) => pattern.test(op))?.[1];
  return outside(op, reason ?? 'a call that is not of a VFIO container or group');
}

/** Failures that come from before the call: devices and their drivers are not the engine's. */
function notThere({ call }: Call, { fields: { errno } }: Entry): string | null {
  if (call.startsWith('open') && errno === 'ENOENT') return 'binding of drivers to devices';
  return call === 'deviceFd' && errno === 'ENODEV' ? 'binding of drivers to devices' : null;
}

const outsideReasons: readonly (readonly [RegExp, string])[] = [
  [/EEH/, 'error handling of the hardware'],
  [/driver_override|drivers_probe|unbind|bind|new_id/i, 'binding of drivers to devices'],
  [/DEVICE_|REGION|IRQ|RESET|PCI/i, 'an operation of a device'],
  [/edu|dma|bar|peek|poke/i, 'an access to a device'],
  [/mmap|munmap|madvise|mlock|mremap/i, 'the memory of a process: all of it is always mapped here'],
];

function readingOf(entry: Entry): Meaning {
  const host = numberField(entry, 'host_page');
  const reading = (name: string, r: Reading): Meaning => ({ kind: 'reading', name, reading: r });
  if (host !== undefined) return reading('host_page', { reading: 'hostPage', value: host });
  const flags = numberField(entry, 'group_flags');
  if (flags !== undefined) return reading('group_flags', { reading: 'groupFlags', value: flags });
  const status = textField(entry, 'status');
  if (status !== undefined) return statusOf(status);
  const name = Object.keys(entry.fields)[0] ?? '{}';
  if ('race' in entry.fields || 'fuzz' in entry.fields || 'ops' in entry.fields)
    return {
      ...outside(name, 'a summary of many calls that the log does not list'),
      summary: true,
    };
  if ('dev_flags' in entry.fields) return outside(name, 'an operation of a device');
  return outside(name, 'a reading of something outside the VFIO container and its process');
}

/** A line of /proc/self/status. */
function statusOf(status: string): Meaning {
  const match = /^(\w+):\s*(\d+)\s*kB$/.exec(status.trim());
  const [, name, value] = match ?? [];
  if (name === 'VmLck' || name === 'VmPin')
    return { kind: 'reading', name, reading: { reading: name, value: Number(value) } };
  return outside(name ?? 'status', 'a reading of the process that the engine does not have');
}

/** The file or the process that a line names. */
function namedBy(entry: Entry): Named {
  const fd = numberField(entry, 'fd');
  const containerFd = numberField(entry, 'container_fd') ?? numberField(entry, 'container');
  const who = entry.fields['pid'] ?? entry.fields['process'];
  const child = entry.fields['child'] === true || /\bchild\b/i.test(textField(entry, 'op') ?? '');
  const process = child ? 'child' : isName(who) ? String(who) : undefined;
  return {
    ...(fd === undefined ? {} : { fd }),
    ...(containerFd === undefined ? {} : { containerFd }),
    ...(process === undefined ? {} : { process }),
  };
}

const isName = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number';

function callOf(op: string, entry: Entry): Call | null {
  const words = op.trim().split(/[\s:]+/);
  const [word = '', path = ''] = words;
  const verb = word.toLowerCase();
  if (verb === 'open') return openOf(path);
  if (verb === 'close') return closeOf(op);
  if (verb === 'fork') return { call: 'fork' };
  if (verb === 'exit' || verb === '_exit') return { call: 'exit' };
  if (verb === 'wait' || verb === 'waitpid') return { call: 'wait' };
  // A remark may stand behind the name or before it.
  for (const name of words) {
    const call = ioctlOf(name.replace(/^(VFIO_|IOMMU_|SPAPR_|GROUP_)*/, ''), entry);
    if (call !== null) return call;
  }
  return null;
}

function openOf(path: string): Call | null {
  if (path === '/dev/vfio/vfio') return { call: 'openContainer' };
  const group = /^\/dev\/vfio\/(\d+)$/.exec(path)?.[1];
  return group === undefined ? null : { call: 'openGroup', group };
}

function closeOf(op: string): Call {
  if (/container|\/dev\/vfio\/vfio/.test(op)) return { call: 'close', what: 'container' };
  if (/group|\/dev\/vfio\/\d/.test(op)) return { call: 'close', what: 'group' };
  if (/device|[0-9a-f]{4}:[0-9a-f]{2}:/.test(op)) return { call: 'close', what: 'device' };
  return { call: 'close', what: null };
}

function ioctlOf(name: string, entry: Entry): Call | null {
  switch (name) {
    case 'GET_API_VERSION':
      return { call: 'apiVersion' };
    case 'CHECK_EXTENSION':
      return { call: 'checkExtension', extension: needNumber(entry, 'ext') };
    case 'SET_IOMMU':
      return { call: 'setIommu', type: needNumber(entry, 'type') };
    case 'GET_STATUS':
      return { call: 'status' };
    case 'SET_CONTAINER':
      return { call: 'setContainer' };
    case 'UNSET_CONTAINER':
      return { call: 'unsetContainer' };
    case 'GET_DEVICE_FD':
      return { call: 'deviceFd' };
    default: {
      const op = driverOpOf(name, entry);
      return op === null ? null : { call: 'driver', op };
    }
  }
}
