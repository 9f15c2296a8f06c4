// Reading logs: what is accepted, what is passed over, and what is an error with a line number.

import { expect, test } from 'vitest';
import { type Meaning, meaningOf } from './calls.ts';
import { type Entry, InexactField, LogError, numberField, parseLog, returned } from './log.ts';
import { parseAnnotations } from './annotations.ts';

const entry = (fields: object) => parseLog(JSON.stringify(fields))[0] as Entry;
const meaning = (fields: object): Meaning => meaningOf(entry(fields));

test('comments and empty lines count as lines', () => {
  const lines = parseLog('# one\n\n{"op": "fork", "ret": 1}\r\n');
  expect(lines.map((l) => [l.line, l.kind])).toEqual([
    [1, 'comment'],
    [3, 'entry'],
  ]);
});

test.each([
  ['', 'the log is empty: there is no line with a JSON object'],
  ['# only a comment', 'the log is empty: there is no line with a JSON object'],
  ['{"op": "x"}\n{"op":', 'line 2: not JSON'],
  ['[1]', 'line 1: not a JSON object'],
])('%j is an error', (text, message) => {
  expect(() => parseLog(text)).toThrow(LogError);
  expect(() => parseLog(text)).toThrow(message);
});

test('numbers are numbers or hex strings of 64 bits', () => {
  expect(numberField(entry({ va: '0xffffffffffff0000' }), 'va')).toBe(2 ** 64 - 2 ** 16);
  expect(numberField(entry({ va: 4096 }), 'va')).toBe(4096);
  expect(numberField(entry({}), 'va')).toBe(undefined);
  expect(() => numberField(entry({ va: '0xffffffffffffffff' }), 'va')).toThrow(InexactField);
  expect(() => numberField(entry({ va: 'ten' }), 'va')).toThrow('line 1: va: "ten" is neither');
});

test('results by name, by number, and as the kernel returns them', () => {
  expect(returned(entry({ ret: 5 }))).toBe('5');
  expect(returned(entry({ ret: -1, errno: 'EBUSY' }))).toBe('-EBUSY');
  expect(returned(entry({ ret: -1, errno: 16 }))).toBe('-16');
  expect(() => returned(entry({ op: 'x' }))).toThrow('line 1: the field ret is missing');
});

test.each([
  ['MAP_DMA', { op: 'map', iova: 0, va: 4096, size: 8192, flags: 1 }],
  ['VFIO_IOMMU_UNMAP_DMA', { op: 'unmap', iova: 0, size: 8192, flags: 1 }],
  ['VFIO_IOMMU_SPAPR_REGISTER_MEMORY', { op: 'register', va: 4096, size: 8192 }],
  ['IOMMU_DISABLE', { op: 'disable' }],
])('%s by any of its names', (op, expected) => {
  const fields = { op, iova: 0, va: '0x1000', size: '0x2000', flags: 1, ret: 0, us: 3 };
  expect(meaning(fields)).toMatchObject({ kind: 'call', call: { call: 'driver', op: expected } });
});

test('calls of the VFIO core, with a remark behind their name', () => {
  expect(meaning({ op: 'SET_IOMMU before any group', type: 7, ret: -1 })).toMatchObject({
    call: { call: 'setIommu', type: 7 },
  });
  expect(meaning({ op: 'open /dev/vfio/12', ret: 4 })).toMatchObject({
    call: { call: 'openGroup', group: '12' },
  });
  expect(meaning({ op: 'VFIO_GROUP_UNSET_CONTAINER', ret: 0, fd: 4 })).toMatchObject({
    call: { call: 'unsetContainer' },
    named: { fd: 4 },
  });
  expect(meaning({ op: 'close group', ret: 0 })).toMatchObject({ call: { what: 'group' } });
  expect(meaning({ op: 'MAP_DMA in child', iova: 0, va: 0, size: 0, ret: 0 })).toMatchObject({
    named: { process: 'child' },
  });
});

test('a remark before the name, and a structure that is too small', () => {
  const fields = { op: 'thread 2: REGISTER_MEMORY', va: '0x1000', size: '0x1000', argsz: 8 };
  expect(meaning({ ...fields, ret: -1, errno: 'EINVAL' })).toMatchObject({
    call: { op: { op: 'register', shortArgsz: true } },
  });
});

test('an argument that is missing is an error of its line', () => {
  expect(() => meaning({ op: 'MAP_DMA', iova: 0, size: 0, ret: 0 })).toThrow(
    'line 1: the field va_off or va or vaddr is missing',
  );
});

test.each([
  [{ op: 'DEVICE_RESET', ret: 0 }, 'an operation of a device'],
  [{ op: 'drivers_probe', ret: 0 }, 'binding of drivers to devices'],
  [{ op: 'open /dev/vfio/0', ret: -1, errno: 'ENOENT' }, 'binding of drivers to devices'],
  [{ op: 'VFIO_EEH_PE_OP', ret: 0 }, 'error handling of the hardware'],
  [{ op: 'munmap', ret: 0 }, 'the memory of a process: all of it is always mapped here'],
  [{ op: 'something new', ret: 0 }, 'a call that is not of a VFIO container or group'],
  [{ race: 'map/unmap', n: 200 }, 'a summary of many calls that the log does not list'],
  [{ status: 'VmRSS:  12 kB' }, 'a reading of the process that the engine does not have'],
])('%j is outside', (fields, reason) => {
  expect(meaning(fields)).toMatchObject({ kind: 'outside', reason });
});

test('annotations are strict', () => {
  const one = { line: 3, engine: '0', reason: 'why' };
  expect(parseAnnotations(JSON.stringify({ log: 'a', expected: [one] }))).toEqual([one]);
  expect(() => parseAnnotations('{')).toThrow('the annotations are not JSON');
  expect(() => parseAnnotations('{"log": "a"}')).toThrow('the annotations are not valid');
});
