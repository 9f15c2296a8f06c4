// Sessions replayed on 6.12: several groups, containers and processes, and what becomes of a
// difference.

import { describe, expect, test } from 'vitest';
import {
  begun,
  differing,
  locked,
  map,
  memory,
  no,
  ok,
  open,
  replay,
  set,
  unset,
} from './testing.ts';

describe('the VFIO core', () => {
  test('a container without groups or driver', () => {
    const report = replay([
      open('vfio', 3),
      ok('GET_API_VERSION'),
      { op: 'CHECK_EXTENSION', ext: 7, ret: 1 },
      { op: 'CHECK_EXTENSION', ext: 5, ret: 1 },
      ok('CHECK_EXTENSION', { ext: 1 }),
      no('SET_IOMMU', 'EINVAL', { type: 7 }),
      no('MAP_DMA', 'EINVAL', map('0x0')),
      no('VFIO_IOMMU_ENABLE', 'EINVAL'),
      open('0', 4),
      no('open /dev/vfio/0', 'EBUSY'),
      no('GROUP_GET_DEVICE_FD', 'EINVAL'),
      no(unset, 'EINVAL'),
      ok('VFIO_GROUP_GET_STATUS'),
      { group_flags: 1 },
      ok(set),
      no(set, 'EINVAL'),
      ok('VFIO_GROUP_GET_STATUS'),
      { group_flags: 3 },
      no('GROUP_GET_DEVICE_FD', 'EINVAL'),
      no('SET_IOMMU', 'ENODEV', { type: 1 }),
      no('SET_IOMMU', 'EINVAL', { type: 5 }),
      ok('SET_IOMMU', { type: 2 }),
      no('SET_IOMMU', 'EINVAL', { type: 7 }),
      { op: 'GROUP_GET_DEVICE_FD', ret: 5 },
      no(unset, 'EBUSY'),
      ok('close device'),
      ok(unset),
      ok('SET_IOMMU before any group', { type: 7 }),
    ]);
    expect(differing(report)).toEqual(['28 differs: 0 -EINVAL']);
  });

  test('the last group takes the driver with it, and what it had charged', () => {
    const report = replay([
      ...begun,
      ok('REGISTER_MEMORY', memory),
      ok('MAP_DMA', map('0x0')),
      locked(8192 + 256),
      ok(unset),
      locked(0),
      no('MAP_DMA', 'EINVAL', map('0x0')),
      ok(set),
      ok('SET_IOMMU', { type: 2 }),
      ok('VFIO_IOMMU_ENABLE'),
      no('VFIO_IOMMU_ENABLE', 'EBUSY'),
      locked(2 ** 21),
      ok('close', { fd: 3 }),
      locked(2 ** 21),
      ok('close', { fd: 4 }),
      locked(0),
    ]);
    expect(differing(report)).toEqual([]);
  });

  test('SET_IOMMU of v1 takes one group only', () => {
    const two = [open('vfio', 3), open('0', 4), open('1', 5), ok(set), ok(set)];
    const report = replay([
      ...two,
      no('SET_IOMMU', 'EBUSY', { type: 2 }),
      ok('SET_IOMMU', { type: 7 }),
      ok(unset),
      ok(unset),
    ]);
    expect(differing(report)).toEqual([]);
  });
});

describe('several files and processes', () => {
  test('a second container maps what the first one registered (R6)', () => {
    const report = replay([
      ...begun,
      ok('REGISTER_MEMORY', memory),
      open('vfio', 5),
      open('1', 6),
      ok(set),
      ok('SET_IOMMU', { type: 7 }),
      no('MAP_DMA', 'EPERM', map('0x0')),
      ok('REGISTER_MEMORY', { va: '0x3fff10000000', size: '0x10000' }),
      ok('MAP_DMA', { ...map('0x0'), fd: 5 }),
    ]);
    expect(differing(report)).toEqual([]);
  });

  test('a call that only another container explains is taken for one of it, and says so', () => {
    const report = replay([
      ...begun,
      ok('REGISTER_MEMORY', memory),
      open('vfio', 5),
      open('1', 6),
      ok(set),
      ok('SET_IOMMU', { type: 7 }),
      ok('UNREGISTER_MEMORY', memory),
    ]);
    expect(report.lines.at(-1)).toMatchObject({
      verdict: 'agreed',
      note: 'taken for a call on descriptor 3',
    });
  });

  test('an UNMAP is taken for one of the container that has something mapped there', () => {
    const report = replay([
      ...begun,
      ok('REGISTER_MEMORY', memory),
      ok('MAP_DMA', map('0x0')),
      open('vfio', 5),
      open('1', 6),
      ok(set),
      ok('SET_IOMMU', { type: 7 }),
      ok('REGISTER_MEMORY', { va: '0x3fff10000000', size: '0x10000' }),
      ok('MAP_DMA', { ...map('0x20000'), va_off: '0x3fff10000000' }),
      ok('UNMAP_DMA', { iova: '0x0', size: '0x10000', flags: 0 }),
    ]);
    expect(report.lines.at(-1)).toMatchObject({
      verdict: 'agreed',
      note: 'taken for a call on descriptor 3',
    });
  });

  test('a forked child gets -EPERM, and the files live until both have closed them', () => {
    const child = no('REGISTER_MEMORY', 'EPERM', memory);
    const spoken = replay([...begun, ok('REGISTER_MEMORY', memory), '# in a child', child]);
    expect(differing(spoken)).toEqual([]);
    expect(spoken.lines.at(-1)?.note).toBe('taken for a call of a forked child');
    const silent = replay([...begun, ok('REGISTER_MEMORY', memory), child]);
    expect(differing(silent)).toEqual(['6 differs: -EPERM -EBUSY']);
  });

  test('a descriptor opened again: the process has ended, with all that it held', () => {
    const report = replay([...begun, ok('REGISTER_MEMORY', memory), ...begun, locked(0)]);
    expect(differing(report)).toEqual([]);
  });

  test('unless the next reading shows memory still locked: then it had closed its files', () => {
    const lost = [ok('REGISTER_MEMORY', memory), ok('MAP_DMA', map('0x0'))];
    const report = replay([
      ...begun,
      ...lost,
      ok('UNREGISTER_MEMORY', memory),
      ...begun,
      locked(256),
    ]);
    expect(differing(report)).toEqual([]);
  });
});

describe('what becomes of a difference', () => {
  test('a success that the kernel refused is taken back', () => {
    const report = replay([
      ...begun,
      no('REGISTER_MEMORY', 'EINVAL', memory),
      ok('REGISTER_MEMORY', memory),
      locked(256),
    ]);
    expect(differing(report)).toEqual(['5 differs: -EINVAL 0']);
  });

  test('an annotation lists the answer that it describes, and no other', () => {
    const lines = [...begun, no('REGISTER_MEMORY', 'EINVAL', memory)];
    const note = { line: 5, engine: '0', reason: 'flags' };
    expect(replay(lines, { annotations: [note] }).counts).toMatchObject({ listed: 1, unlisted: 0 });
    const other = replay(lines, { annotations: [{ ...note, engine: '-EFAULT' }] });
    expect(other.counts).toMatchObject({ listed: 0, unlisted: 1 });
    expect(other.stale).toHaveLength(1);
  });

  test('a violation is an answer, and what led to it is taken back', () => {
    const past = { iova: '0x7fff0000', va_off: '0x3fff00000000', size: '0x20000', flags: 3 };
    const report = replay([
      ...begun,
      ok('REGISTER_MEMORY', memory),
      ok('MAP_DMA', past),
      ok('UNREGISTER_MEMORY', memory),
      locked(8192),
    ]);
    expect(differing(report)[0]).toMatch(/^6 differs: 0 stops: out-of-bounds: entry 524288/);
  });

  test('a value that the engine cannot hold is outside', () => {
    const report = replay([
      ...begun,
      no('REGISTER_MEMORY', 'EINVAL', { va: '0xffffffffffffffff', size: '0x1000' }),
    ]);
    expect(report.lines.at(-1)?.reason).toMatch(/^va: 0xffffffffffffffff cannot be held exactly/);
  });

  test('a call on a file that the log does not show is outside', () => {
    expect(replay([ok('MAP_DMA', map('0x0'))]).counts.outside).toBe(1);
  });
});
